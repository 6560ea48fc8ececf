package io.meshwatch.sandbox;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SMTP conversation (RFC 5321): enough to take every mail a client sends. Any login is accepted (RFC 4954).
 * Confined to its connection's thread.
 */
final class SmtpSession {
  private static final int LINE_BYTES_MAX = 8_192;
  private static final int MESSAGE_BYTES_MAX = 10 << 20;
  private static final int RECIPIENTS_MAX = 200;

  private final InputStream in;
  private final OutputStream out;
  private final Faults faults;
  private final MailSink sink;
  private @Nullable String sender;
  private final List<String> recipients = new ArrayList<>();

  SmtpSession(InputStream in, OutputStream out, Faults faults, MailSink sink) {
    this.in = new BufferedInputStream(in);
    this.out = out;
    this.faults = faults;
    this.sink = sink;
  }

  void serve() throws IOException {
    reply("220 sandbox ESMTP ready");
    for (String line = readLine(); line != null; line = readLine()) {
      String verb = line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT);
      if (verb.equals("QUIT")) {
        reply("221 2.0.0 bye");
        return;
      }
      answer(verb, line);
    }
  }

  private void answer(String verb, String line) throws IOException {
    switch (verb) {
      case "EHLO" -> {
        forget();
        reply("250-sandbox", "250-8BITMIME", "250-SMTPUTF8", "250-PIPELINING", "250-SIZE " + MESSAGE_BYTES_MAX, "250 AUTH PLAIN LOGIN");
      }
      case "HELO" -> {
        forget();
        reply("250 sandbox");
      }
      case "AUTH" -> login(line);
      case "MAIL" -> startMail(line);
      case "RCPT" -> addRecipient(line);
      case "DATA" -> receive();
      case "RSET" -> {
        forget();
        reply("250 2.0.0 forgotten");
      }
      case "NOOP" -> reply("250 2.0.0 fine");
      case "VRFY" -> reply("252 2.1.5 cannot say, will take the mail");
      default -> reply("502 5.5.2 unknown command");
    }
  }

  private void login(String line) throws IOException {
    String[] words = line.strip().split("\\s+");
    String mechanism = words.length > 1 ? words[1].toUpperCase(Locale.ROOT) : "";
    boolean known = mechanism.equals("PLAIN") || mechanism.equals("LOGIN");
    if (!known) {
      reply("504 5.5.4 PLAIN or LOGIN, please");
      return;
    }
    int missing = (mechanism.equals("PLAIN") ? 1 : 2) - (words.length - 2);
    for (int i = 0; i < missing; i++) {
      // "Username:" and "Password:" in base64, as every LOGIN server asks.
      boolean forName = mechanism.equals("LOGIN") && missing - i == 2;
      reply("334 " + (mechanism.equals("PLAIN") ? "" : forName ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6"));
      if (readLine() == null) {
        return;
      }
    }
    reply("235 2.7.0 welcome");
  }

  private void startMail(String line) throws IOException {
    if (faults.isActive(FaultKind.MAIL_REFUSED)) {
      reply("451 4.3.0 the relay is in trouble, try again later");
      return;
    }
    forget();
    sender = address(line);
    reply("250 2.1.0 sender fine");
  }

  private void addRecipient(String line) throws IOException {
    if (sender == null) {
      reply("503 5.5.1 MAIL comes first");
    } else if (recipients.size() >= RECIPIENTS_MAX) {
      reply("452 4.5.3 too many recipients");
    } else {
      recipients.add(address(line));
      reply("250 2.1.5 recipient fine");
    }
  }

  private void receive() throws IOException {
    String from = sender;
    if (from == null || recipients.isEmpty()) {
      reply("503 5.5.1 MAIL and RCPT come first");
      return;
    }
    reply("354 end with a dot on a line of its own");
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    boolean tooLarge = false;
    for (String line = readLine(); line != null; line = readLine()) {
      if (line.equals(".")) {
        finish(from, message.toByteArray(), tooLarge);
        return;
      }
      tooLarge |= message.size() + line.length() > MESSAGE_BYTES_MAX;
      if (!tooLarge) {
        // A leading dot was doubled by the client (RFC 5321, section 4.5.2).
        message.writeBytes((line.startsWith(".") ? line.substring(1) : line).getBytes(StandardCharsets.ISO_8859_1));
        message.writeBytes(new byte[] {'\r', '\n'});
      }
    }
  }

  private void finish(String from, byte[] message, boolean tooLarge) throws IOException {
    if (tooLarge) {
      reply("552 5.3.4 the mail is larger than " + MESSAGE_BYTES_MAX + " bytes");
    } else {
      sink.accept(from, List.copyOf(recipients), message);
      reply("250 2.0.0 kept");
    }
    forget();
  }

  private void forget() {
    sender = null;
    recipients.clear();
  }

  private static String address(String line) {
    int open = line.indexOf('<');
    int close = line.indexOf('>', open + 1);
    if (open >= 0 && close > open) {
      return line.substring(open + 1, close);
    }
    return line.substring(line.indexOf(':') + 1).strip();
  }

  /** A line without its end, as Latin-1 so that no byte is lost; null at the end of the stream. */
  private @Nullable String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      if (line.size() >= LINE_BYTES_MAX) {
        throw new IOException("line longer than " + LINE_BYTES_MAX + " bytes");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private void reply(String... lines) throws IOException {
    out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
