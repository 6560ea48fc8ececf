package io.meshwatch.sandbox;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/**
 * A mail as a person would see it.
 *
 * @param from sender of the envelope
 * @param to recipients of the envelope
 * @param subject decoded
 * @param text the plain part; empty if there is none
 * @param html the HTML part; empty if there is none
 */
record Mail(String from, List<String> to, String subject, String text, String html, long receivedMillis) {
  private static final int DEPTH_MAX = 10;
  private static final Session SESSION = Session.getInstance(new Properties());

  /** Parses a message; one that cannot be parsed is kept as it came, as text. */
  static Mail parse(String from, List<String> to, byte[] message, long receivedMillis) {
    try {
      MimeMessage parsed = new MimeMessage(SESSION, new ByteArrayInputStream(message));
      Bodies bodies = new Bodies();
      bodies.collect(parsed, 0);
      return new Mail(from, to, Objects.requireNonNullElse(parsed.getSubject(), ""), bodies.text, bodies.html, receivedMillis);
    } catch (MessagingException | IOException e) {
      return new Mail(from, to, "", new String(message, java.nio.charset.StandardCharsets.UTF_8), "", receivedMillis);
    }
  }

  /** The first plain and the first HTML part of a message. Confined to one thread. */
  private static final class Bodies {
    private String text = "";
    private String html = "";

    void collect(Part part, int depth) throws MessagingException, IOException {
      if (depth > DEPTH_MAX) {
        return;
      }
      if (part.isMimeType("multipart/*") && part.getContent() instanceof Multipart parts) {
        for (int i = 0; i < parts.getCount(); i++) {
          BodyPart one = parts.getBodyPart(i);
          collect(one, depth + 1);
        }
      } else if (part.isMimeType("text/html") && html.isEmpty()) {
        html = String.valueOf(part.getContent());
      } else if (part.isMimeType("text/plain") && text.isEmpty()) {
        text = String.valueOf(part.getContent());
      }
    }
  }
}
