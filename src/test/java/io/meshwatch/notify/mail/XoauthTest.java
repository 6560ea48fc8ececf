package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A login with an access token, against a relay that takes nothing else. */
class XoauthTest {
  private static final MailMessage MAIL = new MailMessage("ops@example.com", "s", "t", "h", "a@example.com", List.of(), "alerts.x", false, 0);

  private final List<HttpCall> calls = new ArrayList<>();
  private final List<String> logins = new ArrayList<>();
  private String answer = "{\"access_token\": \"t-0815\", \"expires_in\": 3600}";
  private int status = 200;

  private HttpResult answer(HttpCall call) {
    calls.add(call);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    return new HttpResult.Answer(status, List.of(), body, body.length, Optional.empty(), HttpResult.Phases.NONE);
  }

  private MailSettings settings(int port, String refreshToken) {
    MailSettings d = MailSettings.defaults();
    return new MailSettings(true, "127.0.0.1", port, "watch@example.com", Secret.EMPTY, d.sender(), d.smtp(), Optional.of(MailSettings.Security.NONE),
        Optional.empty(), false, "", 2, 2, 2, Optional.of(new MailSettings.OAuth2("https://login.example.com/token", "id", Secret.of("cs"),
        Secret.of(refreshToken), "mail")));
  }

  private void serve(ServerSocket server) {
    while (true) {
      try (Socket socket = server.accept();
          BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
          OutputStream out = socket.getOutputStream()) {
        say(out, "220 relay");
        String line = in.readLine();
        while (line != null) {
          say(out, reply(line, in));
          line = in.readLine();
        }
      } catch (IOException e) {
        return;
      }
    }
  }

  private String reply(String line, BufferedReader in) throws IOException {
    if (line.startsWith("EHLO")) {
      return "250-relay\r\n250 AUTH XOAUTH2";
    }
    if (line.startsWith("AUTH XOAUTH2 ")) {
      logins.add(new String(Base64.getDecoder().decode(line.substring("AUTH XOAUTH2 ".length())), StandardCharsets.UTF_8));
      return logins.getLast().contains("t-0815") ? "235 welcome" : "535 5.7.3 no";
    }
    if (line.equals("DATA")) {
      return "354 go on";
    }
    String text = line;
    boolean data = !text.startsWith("MAIL") && !text.startsWith("RCPT") && !text.startsWith("QUIT") && !text.startsWith("RSET") && !text.startsWith("NOOP");
    while (data && !text.equals(".")) {
      text = in.readLine();
    }
    return "250 ok";
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Test
  void logsInWithATokenThatItFetchesOnce() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> serve(server));
      SmtpTransport transport = new SmtpTransport(settings(server.getLocalPort(), ""), this::answer, new SimulatedEnvironment(0).environment().clock());
      assertThat(transport.send(MAIL)).isInstanceOf(Delivery.Accepted.class);
      transport.rest();
      MailTransport.Dialogue dialogue = transport.test(MAIL);
      assertThat(dialogue.delivery()).isInstanceOf(Delivery.Accepted.class);
      assertThat(String.join("\n", dialogue.lines())).doesNotContain("t-0815", Base64.getEncoder().encodeToString(logins.getFirst().getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(logins.getFirst()).isEqualTo("user=watch@example.com\u0001auth=Bearer t-0815\u0001\u0001");
    assertThat(calls).hasSize(1);
    assertThat(new String(calls.getFirst().body(), StandardCharsets.UTF_8)).isEqualTo("grant_type=client_credentials&client_id=id&client_secret=cs&scope=mail");
  }

  @Test
  void saysWhyThereIsNoTokenAndTriesAgain() throws Exception {
    status = 401;
    answer = "{\"error\": \"invalid_client\", \"secret\": \"s\"}";
    SmtpTransport transport = new SmtpTransport(settings(1, "r"), this::answer, new SimulatedEnvironment(0).environment().clock());
    assertThat(transport.send(MAIL)).isEqualTo(
        new Delivery.Delayed(0, "no access token: https://login.example.com/token answers 401 invalid_client", true));
    transport.send(MAIL);
    assertThat(calls).as("each time with the client among the parameters, then as a login").hasSize(4);
    assertThat(new String(calls.getFirst().body(), StandardCharsets.UTF_8)).startsWith("grant_type=refresh_token").contains("refresh_token=r");
  }
}
