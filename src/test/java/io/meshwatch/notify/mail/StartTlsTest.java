package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.ListenerSpec.ServerTls;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings.Security;
import io.meshwatch.notify.mail.MailSettings.Sender;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The upgrade to TLS in the middle of a talk, against a small relay that knows nothing else. */
class StartTlsTest {
  private static final MailMessage MAIL =
      new MailMessage("ops@example.com", "s", "t", "h", "a@example.com", List.of(), "alerts.x.meshwatch", false, 0);

  @TempDir Path folder;

  private final List<String> heardAfterUpgrade = Collections.synchronizedList(new ArrayList<>());

  private Delivery send(Security security, String certificateHost, boolean trustCa) throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    SSLContext tls = context(certificates.server("relay", certificateHost, 10));
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> serve(server, tls));
      MailSettings d = MailSettings.defaults();
      SmtpTransport transport = NewRelay.transport(new MailSettings(true, "127.0.0.1", server.getLocalPort(), "", Secret.EMPTY, Sender.defaults(), d.smtp(),
          Optional.of(security), trustCa ? Optional.of(certificates.ca().toString()) : Optional.empty(), false, "", 2, 2, 2, Optional.empty()));
      Delivery delivery = transport.send(MAIL);
      transport.rest();
      return delivery;
    }
  }

  private static SSLContext context(ServerTls files) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream chain = Files.newInputStream(files.certificateChainFile())) {
      String pem = Files.readString(files.keyFile()).replaceAll("-----[A-Z ]+-----|\\s", "");
      PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
      store.setKeyEntry("relay", key, new char[0],
          CertificateFactory.getInstance("X.509").generateCertificates(chain).toArray(Certificate[]::new));
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private void serve(ServerSocket server, SSLContext tls) {
    try (Socket plain = server.accept()) {
      say(plain, "220 ready");
      readLine(plain);
      say(plain, "250-relay\r\n250 STARTTLS");
      readLine(plain);
      say(plain, "220 go ahead");
      SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
      secure.setUseClientMode(false);
      BufferedReader in = new BufferedReader(new InputStreamReader(secure.getInputStream(), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        heardAfterUpgrade.add(line);
        boolean content = !line.matches("(EHLO|MAIL|RCPT|DATA|QUIT).*") && !line.equals(".");
        if (!content) {
          say(secure, line.equals("DATA") ? "354 go on" : "250 ok");
        }
      }
    } catch (IOException e) {
      // The client left, as it does when it does not trust the certificate.
    }
  }

  /** Reads byte by byte: what follows the line belongs to TLS. */
  private static void readLine(Socket socket) throws IOException {
    int read = socket.getInputStream().read();
    while (read >= 0 && read != '\n') {
      read = socket.getInputStream().read();
    }
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  @Test
  void sendsTheMailAfterTheUpgradeToATrustedRelay() throws Exception {
    assertThat(send(Security.REQUIRED, "127.0.0.1", true)).isInstanceOf(Delivery.Accepted.class);
    assertThat(heardAfterUpgrade).contains("RCPT TO:<ops@example.com>");
  }

  @Test
  void sendsNothingToARelayWhoseCertificateIsForAnotherName() throws Exception {
    assertThat(send(Security.REQUIRED, "other.example.com", true))
        .isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.text()).contains("certificate"));
    assertThat(heardAfterUpgrade).doesNotContain("RCPT TO:<ops@example.com>");
  }

  @Test
  void sendsNothingToARelayThatIsNotSignedByATrustedAuthority() throws Exception {
    assertThat(send(Security.REQUIRED, "127.0.0.1", false))
        .isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.text()).contains("is not trusted"));
  }

  @Test
  void encryptsWithoutCheckingTheCertificateWhereEncryptionIsOptional() throws Exception {
    assertThat(send(Security.OPPORTUNISTIC, "other.example.com", false)).isInstanceOf(Delivery.Accepted.class);
    assertThat(heardAfterUpgrade).contains("RCPT TO:<ops@example.com>");
  }
}
