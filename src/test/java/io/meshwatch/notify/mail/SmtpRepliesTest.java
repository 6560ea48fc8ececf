package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each reply of a relay means for a mail, against a relay that says exactly what it is told. */
class SmtpRepliesTest {
  private static final String HANGS_UP = "hangs up";
  private static final MailMessage MAIL =
      new MailMessage("ops@example.com", "s", "t", "h", "a@example.com", List.of(), "alerts.x.meshwatch", false, 0);

  private static Delivery send(Map<String, String> replies) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread relay = Thread.ofVirtual().start(() -> serve(server, replies));
      SmtpTransport transport = NewRelay.transport(MailSettings.plain("127.0.0.1", server.getLocalPort(), "meshwatch@example.com"));
      Delivery delivery = transport.send(MAIL);
      transport.rest();
      relay.interrupt();
      return delivery;
    }
  }

  private static void serve(ServerSocket server, Map<String, String> replies) {
    try (Socket socket = server.accept();
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      OutputStream out = socket.getOutputStream();
      say(out, replies.getOrDefault("HELLO", "220 ready"));
      boolean data = false;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (data) {
          if (line.equals(".")) {
            data = false;
            if (replies.getOrDefault("CONTENT", "").equals(HANGS_UP)) {
              return;
            }
            say(out, replies.getOrDefault("CONTENT", "250 queued as 4711"));
          }
          continue;
        }
        String verb = line.split("[ :]", 2)[0];
        String reply = replies.getOrDefault(verb, verb.equals("DATA") ? "354 go on" : "250 ok");
        data = reply.startsWith("354");
        say(out, reply);
      }
    } catch (IOException e) {
      // The client left or the test is over.
    }
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Test
  void keepsTheReplyOfAnAcceptedMail() throws Exception {
    assertThat(send(Map.of())).isEqualTo(new Delivery.Accepted(250, "250 queued as 4711"));
  }

  @Test
  void takesARefusedRecipientAsFinal() throws Exception {
    assertThat(send(Map.of("RCPT", "550 5.1.1 no such user")))
        .isEqualTo(new Delivery.Refused(550, "ops@example.com: 550 5.1.1 no such user"));
  }

  @Test
  void triesAGreylistedRecipientAgain() throws Exception {
    assertThat(send(Map.of("RCPT", "451 4.7.1 greylisted"))).isEqualTo(new Delivery.Delayed(451, "ops@example.com: 451 4.7.1 greylisted", false));
  }

  @Test
  void takesRefusedContentAsFinal() throws Exception {
    assertThat(send(Map.of("CONTENT", "554 5.7.1 looks like spam"))).isEqualTo(new Delivery.Refused(554, "554 5.7.1 looks like spam"));
  }

  @Test
  void triesAgainWhenTheRelaysDiskIsFull() throws Exception {
    assertThat(send(Map.of("CONTENT", "452 4.3.1 insufficient storage")))
        .isEqualTo(new Delivery.Delayed(452, "452 4.3.1 insufficient storage", false));
  }

  @Test
  void waitsAltogetherWhenTheSenderIsRefused() throws Exception {
    assertThat(send(Map.of("MAIL", "553 5.7.1 sender not allowed"))).isEqualTo(new Delivery.Delayed(
        553, "the relay 127.0.0.1 does not take mail from meshwatch@example.com: 553 5.7.1 sender not allowed", true));
  }

  @Test
  void waitsAltogetherWhenTheRelayIsBusy() throws Exception {
    Delivery delivery = send(Map.of("HELLO", "421 4.3.2 too many connections"));
    assertThat(delivery).isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.everything()).isTrue());
    assertThat(delivery.text()).contains("421");
  }

  @Test
  void knowsThatAMailMayHaveArrivedWhoseReplyIsLost() throws Exception {
    assertThat(send(Map.of("CONTENT", HANGS_UP)))
        .isEqualTo(new Delivery.Delayed(0, "the relay 127.0.0.1 went away without an answer; the mail may have arrived", true, true));
  }

  @Test
  void waitsAltogetherWhenALoginIsWanted() throws Exception {
    assertThat(send(Map.of("MAIL", "530 5.7.0 authentication required")))
        .isInstanceOfSatisfying(Delivery.Delayed.class, d -> assertThat(d.everything()).isTrue());
  }
}
