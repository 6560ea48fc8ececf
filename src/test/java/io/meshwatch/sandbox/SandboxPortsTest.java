package io.meshwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The sandbox on real sockets: TLS, closed ports, cut connections, and mail. */
class SandboxPortsTest {
  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private Sandbox sandbox;
  private TlsTrust trust;

  @BeforeEach
  void open() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec.ServerTls tls = certificates.server("sandbox", "127.0.0.1", 10);
    trust = TlsTrust.ca(certificates.ca());
    sandbox = new Sandbox(
        system.environment(),
        SandboxSettings.defaults()
            .withPorts(0, 0, 0, 0, 0, 0)
            .withFiles(tls.certificateChainFile().toString(), tls.keyFile().toString(), Optional.empty(), Optional.empty(), folder.resolve("faults").toString())
            .withPasswords(Secret.of("scrape"), Secret.of("user"), Secret.of("key")));
  }

  @AfterEach
  void close() {
    sandbox.close();
    system.close();
  }

  @Test
  void answersOverTlsAndClosesItsPort() throws Exception {
    assertThat(((HttpResult.Answer) get("/mesh/info")).text()).contains(sandbox.issuer());

    put("api-port-closed");
    assertThat(((HttpResult.Failure) get("/mesh/info")).phase()).isEqualTo(HttpResult.Phase.CONNECT);
    delete("api-port-closed");
    assertThat(get("/mesh/info")).isInstanceOf(HttpResult.Answer.class);
  }

  @Test
  void servesAWrongCertificateAndThenTheRightOneAgain() throws Exception {
    put("certificate-wrong");
    assertThat(((HttpResult.Failure) get("/mesh/info")).phase()).isEqualTo(HttpResult.Phase.TLS);
    delete("certificate-wrong");
    assertThat(get("/mesh/info")).isInstanceOf(HttpResult.Answer.class);
    put("certificate-expired");
    assertThat(((HttpResult.Failure) get("/mesh/info")).phase()).isEqualTo(HttpResult.Phase.TLS);
  }

  @Test
  void cutsConnectionsInTheMiddleOfAnAnswer() throws Exception {
    put("connection-dropped");
    assertThat(((HttpResult.Failure) get("/mesh/info")).phase()).isIn(HttpResult.Phase.BODY, HttpResult.Phase.FIRST_BYTE);
  }

  @Test
  void keepsMailsWithTheirPartsDecoded() throws Exception {
    send("Störung: aws.aws-main", "Zeile\n.Punkt\n", "<p>Störung</p>");
    JsonNode mails = json("/mails");
    assertThat(mails).hasSize(1);
    JsonNode mail = mails.get(0);
    assertThat(mail.path("from").asString("")).isEqualTo("monitor@example.com");
    assertThat(mail.path("to").asString("")).isEqualTo("ops@example.com, alerts@example.com");
    assertThat(mail.path("subject").asString("")).isEqualTo("Störung: aws.aws-main");
    assertThat(mail.path("text").asString("").replace("\r", "")).isEqualTo("Zeile\n.Punkt\n");
    assertThat(mail.path("html").asString("")).isEqualTo("<p>Störung</p>");
    assertThat(mail.path("receivedAt").asString("")).endsWith("Z");
  }

  @Test
  void refusesMailsForNowAndTakesThemLater() throws Exception {
    put("mail-refused");
    Assertions.assertThatThrownBy(() -> send("a", "b", "c")).isInstanceOf(MessagingException.class).hasMessageContaining("451");
    delete("mail-refused");
    send("a", "b", "c");
    assertThat(json("/mails")).hasSize(1);
    put("mail-port-closed");
    Assertions.assertThatThrownBy(() -> send("a", "b", "c")).isInstanceOf(MessagingException.class);
    delete("mail-port-closed");
    send("b", "b", "c");
    assertThat(json("/mails").get(0).path("subject").asString("")).isEqualTo("b");
  }

  private void send(String subject, String text, String html) throws Exception {
    Properties properties = new Properties();
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtp.timeout", "5000");
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("monitor@example.com"));
    message.setRecipients(Message.RecipientType.TO, InternetAddress.parse("ops@example.com, alerts@example.com"));
    message.setSubject(subject, "UTF-8");
    MimeBodyPart plain = new MimeBodyPart();
    plain.setText(text, "UTF-8");
    MimeBodyPart rich = new MimeBodyPart();
    rich.setContent(html, "text/html; charset=utf-8");
    message.setContent(new MimeMultipart("alternative", plain, rich));
    message.saveChanges();
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("127.0.0.1", sandbox.mailPort(), "anybody", "anything");
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  private HttpResult get(String path) throws InterruptedException {
    return system.environment().network().exchange(HttpCall.get(URI.create(sandbox.apiUrl() + path), trust).withLimits(5_000, 1 << 20));
  }

  private void put(String fault) throws InterruptedException {
    control("PUT", "/faults/" + fault, "{}");
  }

  private void delete(String fault) throws InterruptedException {
    control("DELETE", "/faults/" + fault, "");
  }

  private JsonNode json(String path) throws InterruptedException {
    return Json.read(control("GET", path, "").text().getBytes(StandardCharsets.UTF_8));
  }

  private HttpResult.Answer control(String method, String path, String body) throws InterruptedException {
    HttpCall call = new HttpCall(method, URI.create(sandbox.controlUrl() + path), List.of(), body.getBytes(StandardCharsets.UTF_8),
        Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false);
    HttpResult.Answer answer = (HttpResult.Answer) system.environment().network().exchange(call);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer;
  }
}
