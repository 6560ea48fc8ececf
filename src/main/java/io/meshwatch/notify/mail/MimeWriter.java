package io.meshwatch.notify.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a mail in Internet format: text and HTML as alternatives, headers that say it was made by a machine, and nothing from an
 * alert in a header that was not cleaned and encoded.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5322">RFC 5322</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3834">RFC 3834, Auto-Submitted</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2919">RFC 2919, List-Id</a>
 */
final class MimeWriter {
  private static final String UTF8 = StandardCharsets.UTF_8.name();
  private static final int SUBJECT_CHARACTERS_MAX = 250;

  private MimeWriter() {}

  static MimeMessage write(Session session, MailSettings settings, MailMessage mail) throws MessagingException {
    MimeMessage mime = new IdentifiedMessage(session, mail.messageId());
    InternetAddress from = new InternetAddress(settings.sender().address(), true);
    mime.setFrom(named(from));
    if (settings.sender().replyTo().isPresent()) {
      mime.setReplyTo(new InternetAddress[] {new InternetAddress(settings.sender().replyTo().get(), true)});
    }
    mime.setRecipient(Message.RecipientType.TO, new InternetAddress(mail.recipient(), true));
    mime.setSubject(oneLine(mail.subject()), UTF8);
    mime.setHeader("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.ofEpochMilli(mail.sentAtMillis()).atOffset(ZoneOffset.UTC)));
    if (!mail.references().isEmpty()) {
      mime.setHeader("In-Reply-To", "<" + headerSafe(mail.references().getLast()) + ">");
      mime.setHeader("References", MimeUtility.fold(12,
          mail.references().stream().map(id -> "<" + headerSafe(id) + ">").collect(Collectors.joining(" "))));
    }
    mime.setHeader("Auto-Submitted", "auto-generated");
    mime.setHeader("Precedence", "bulk");
    mime.setHeader("List-Id", "<" + headerSafe(mail.listId()) + ">");
    if (mail.urgent()) {
      mime.setHeader("Importance", "high");
      mime.setHeader("X-Priority", "1");
    }
    if (mail.html().isEmpty()) {
      mime.setText(mail.text(), UTF8, "plain");
    } else {
      mime.setContent(alternatives(mail));
    }
    mime.saveChanges();
    return mime;
  }

  private static InternetAddress named(InternetAddress from) {
    try {
      if (from.getPersonal() == null) {
        from.setPersonal("meshwatch", UTF8);
      }
      return from;
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java has UTF-8", e);
    }
  }

  private static MimeMultipart alternatives(MailMessage mail) throws MessagingException {
    MimeBodyPart text = new MimeBodyPart();
    text.setText(mail.text(), UTF8, "plain");
    text.setHeader("Content-Transfer-Encoding", "quoted-printable");
    MimeBodyPart html = new MimeBodyPart();
    html.setText(mail.html(), UTF8, "html");
    html.setHeader("Content-Transfer-Encoding", "quoted-printable");
    return new MimeMultipart("alternative", text, mail.images().isEmpty() ? html : withImages(html, mail.images()));
  }

  private static MimeBodyPart withImages(MimeBodyPart html, Map<String, byte[]> images) throws MessagingException {
    MimeMultipart related = new MimeMultipart("related", html);
    for (Map.Entry<String, byte[]> image : images.entrySet()) {
      MimeBodyPart part = new MimeBodyPart();
      part.setDataHandler(new DataHandler(new ByteArrayDataSource(image.getValue(), "image/png")));
      part.setHeader("Content-ID", "<" + headerSafe(image.getKey()) + ">");
      part.setHeader("Content-Transfer-Encoding", "base64");
      part.setDisposition(Part.INLINE);
      related.addBodyPart(part);
    }
    MimeBodyPart both = new MimeBodyPart();
    both.setContent(related);
    return both;
  }

  /** Any text as one line: control characters and line separators become blanks. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
        .limit(SUBJECT_CHARACTERS_MAX)
        .forEach(line::appendCodePoint);
    return line.toString().strip();
  }

  private static String headerSafe(String token) {
    return token.replaceAll("[^A-Za-z0-9.@_+=-]", "-");
  }

  /** A message that keeps the id it was given; the library would make a new one at every save. */
  private static final class IdentifiedMessage extends MimeMessage {
    private final String id;

    IdentifiedMessage(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", "<" + headerSafe(id) + ">");
    }
  }
}
