package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings.Security;
import io.meshwatch.notify.mail.MailSettings.Sender;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SmtpTransportTest {
  private static final MailMessage MAIL = new MailMessage("ops@example.com", "1 new critical: MariaDB fällt aus [prod]", "text für dich\n",
      "<p>html für dich</p>", "abc.1@example.com", List.of("root.1@example.com"), "alerts.prod.meshwatch", true, 1_700_000_000_000L);

  private GreenMail server = start(ServerSetup.PROTOCOL_SMTP);

  private static GreenMail start(String protocol) {
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol).dynamicPort());
    server.start();
    return server;
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private int port() {
    return server.getSmtp().getServerSetup().getPort();
  }

  private MailSettings settings(Security security, String username, String password) {
    MailSettings d = MailSettings.defaults();
    return new MailSettings(true, "127.0.0.1", port(), username, Secret.of(password), new Sender("meshwatch@example.com", Optional.of("team@example.com")),
        d.smtp(), Optional.of(security), Optional.empty(), true, "", 2, 2, 2, Optional.empty());
  }

  @Test
  void sendsTextAndHtmlWithTheHeadersOfAMachine() throws Exception {
    SmtpTransport transport = NewRelay.transport(settings(Security.NONE, "", ""));
    Delivery delivery = transport.send(MAIL);
    transport.rest();

    assertThat(delivery).isInstanceOf(Delivery.Accepted.class);
    assertThat(delivery.code()).isEqualTo(250);
    MimeMessage received = server.getReceivedMessages()[0];
    assertThat(received.getSubject()).isEqualTo("1 new critical: MariaDB fällt aus [prod]");
    assertThat(received.getHeader("Message-ID")).containsExactly("<abc.1@example.com>");
    assertThat(received.getHeader("In-Reply-To")).containsExactly("<root.1@example.com>");
    assertThat(received.getHeader("References")).containsExactly("<root.1@example.com>");
    assertThat(received.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(received.getHeader("List-Id")).containsExactly("<alerts.prod.meshwatch>");
    assertThat(received.getHeader("Precedence")).containsExactly("bulk");
    assertThat(received.getHeader("Date")).containsExactly("Tue, 14 Nov 2023 22:13:20 GMT");
    assertThat(received.getFrom()[0]).hasToString("meshwatch <meshwatch@example.com>");
    assertThat(received.getReplyTo()[0]).hasToString("team@example.com");
    MimeMultipart parts = (MimeMultipart) received.getContent();
    assertThat(parts.getContentType()).startsWith("multipart/alternative");
    assertThat(parts.getBodyPart(0).getContent()).isEqualTo("text für dich\r\n");
    assertThat(parts.getBodyPart(1).getContent()).isEqualTo("<p>html für dich</p>");
  }

  @Test
  void keepsItsConnectionForTheNextMailAndSurvivesItsLoss() throws Exception {
    SmtpTransport transport = NewRelay.transport(settings(Security.NONE, "", ""));
    assertThat(transport.send(MAIL)).isInstanceOf(Delivery.Accepted.class);
    assertThat(transport.send(MAIL)).isInstanceOf(Delivery.Accepted.class);
    int port = port();
    server.stop();
    server = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    assertThat(transport.send(MAIL)).isInstanceOf(Delivery.Accepted.class);
    transport.rest();
  }

  @Test
  void logsIn() throws Exception {
    server.setUser("bot", "s3cret");
    assertThat(NewRelay.transport(settings(Security.NONE, "bot", "s3cret")).send(MAIL)).isInstanceOf(Delivery.Accepted.class);
  }

  @Test
  void upgradesWhereTheRelayOffersItAndGoesOnWhereItDoesNot() throws Exception {
    assertThat(NewRelay.transport(settings(Security.OPPORTUNISTIC, "", "")).send(MAIL)).isInstanceOf(Delivery.Accepted.class);
  }

  @Test
  void speaksTlsFromTheFirstByte() throws Exception {
    server.stop();
    server = start(ServerSetup.PROTOCOL_SMTPS);
    MailSettings implicit = new MailSettings(true, "127.0.0.1", server.getSmtps().getServerSetup().getPort(), "", Secret.EMPTY,
        Sender.defaults(), MailSettings.Smtp.defaults(), Optional.of(Security.IMPLICIT), Optional.empty(), true, "", 2, 2, 2, Optional.empty());
    SmtpTransport transport = NewRelay.transport(implicit);
    assertThat(transport.send(MAIL)).isInstanceOf(Delivery.Accepted.class);
    transport.rest();
  }

  @Test
  void sendsNothingWhereTlsIsRequiredAndNotOffered() throws Exception {
    Delivery delivery = NewRelay.transport(settings(Security.REQUIRED, "", "")).send(MAIL);
    assertThat(delivery).isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.everything()).isTrue());
    assertThat(delivery.text()).contains("STARTTLS");
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void saysInOneSentenceThatTheLoginIsWrong() throws Exception {
    server.setUser("bot", "s3cret");
    Delivery delivery = NewRelay.transport(settings(Security.NONE, "bot", "wrong")).send(MAIL);
    assertThat(delivery).isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.everything()).isTrue());
    assertThat(delivery.text()).startsWith("the relay 127.0.0.1:" + port() + " refuses the login of 'bot'").doesNotContain("wrong");
    assertThat(delivery.code()).isEqualTo(535);
  }

  @Test
  void saysInOneSentenceThatNobodyAnswers() throws Exception {
    int port = port();
    MailSettings settings = settings(Security.NONE, "", "");
    server.stop();
    assertThat(NewRelay.transport(settings).send(MAIL))
        .isEqualTo(new Delivery.Delayed(0, "the relay 127.0.0.1:" + port + " refused the connection; is it running, is mail.port right?", true));
    server = start(ServerSetup.PROTOCOL_SMTP);
  }

  @Test
  void saysInOneSentenceThatTheCertificateIsNotTrusted() throws Exception {
    server.stop();
    server = start(ServerSetup.PROTOCOL_SMTPS);
    int port = server.getSmtps().getServerSetup().getPort();
    MailSettings strict = new MailSettings(true, "127.0.0.1", port, "", Secret.EMPTY,
        Sender.defaults(), MailSettings.Smtp.defaults(), Optional.of(Security.IMPLICIT), Optional.empty(), false, "", 2, 2, 2, Optional.empty());
    Delivery delivery = NewRelay.transport(strict).send(MAIL);
    assertThat(delivery.text()).startsWith("the certificate of the relay 127.0.0.1:" + port + " is not trusted").endsWith("; name its CA in mail.caFile");
  }

  @Test
  void showsTheWholeTalkWithoutThePassword() throws Exception {
    server.setUser("bot", "s3cret-password");
    MailTransport.Dialogue dialogue = NewRelay.transport(settings(Security.NONE, "bot", "s3cret-password")).test(MAIL);
    assertThat(dialogue.delivery()).isInstanceOf(Delivery.Accepted.class);
    String talk = String.join("\n", dialogue.lines());
    assertThat(talk).contains("EHLO example.com", "MAIL FROM:<meshwatch@example.com>", "RCPT TO:<ops@example.com>", "DATA", "250 ", "(login, hidden)");
    assertThat(talk).doesNotContain("s3cret-password", Base64.getEncoder().encodeToString("s3cret-password".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void neverStartsANewHeaderBecauseOfASubject() throws Exception {
    MailMessage evil = new MailMessage("ops@example.com", "1 new: x\r\nBcc: victim@example.com\r\n\r\nbody", "t", "h", "a\r\nX: y@example.com",
        List.of(), "alerts\r\nX-Evil: 1", false, 0);
    SmtpTransport transport = NewRelay.transport(settings(Security.NONE, "", ""));
    assertThat(transport.send(evil)).isInstanceOf(Delivery.Accepted.class);
    MimeMessage received = server.getReceivedMessages()[0];
    assertThat(received.getSubject()).isEqualTo("1 new: x  Bcc: victim@example.com    body");
    assertThat(received.getHeader("Bcc")).isNull();
    assertThat(received.getHeader("X-Evil")).isNull();
    assertThat(received.getHeader("X")).isNull();
    assertThat(server.getReceivedMessages()).hasSize(1);
  }
}
