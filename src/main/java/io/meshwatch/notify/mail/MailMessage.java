package io.meshwatch.notify.mail;

import java.util.List;
import java.util.Map;

/**
 * A mail to one recipient, ready to be sent.
 *
 * @param recipient one address
 * @param subject any text; line breaks become blanks when it is written
 * @param text for readers without HTML
 * @param html the same for all others; empty = there is only text
 * @param messageId without angle brackets; the same whenever this mail is tried again
 * @param references message ids of earlier mails of the same conversation, oldest first
 * @param listId identifies the installation's alerts for mail filters, such as {@code alerts.prod.meshwatch}
 * @param urgent whether mail programs may show it as important
 * @param sentAtMillis the date in its header
 * @param images PNGs that the HTML shows, by content id
 */
public record MailMessage(
    String recipient,
    String subject,
    String text,
    String html,
    String messageId,
    List<String> references,
    String listId,
    boolean urgent,
    long sentAtMillis,
    Map<String, byte[]> images) {
  /** A mail without pictures. */
  public MailMessage(String recipient, String subject, String text, String html, String messageId, List<String> references, String listId,
      boolean urgent, long sentAtMillis) {
    this(recipient, subject, text, html, messageId, references, listId, urgent, sentAtMillis, Map.of());
  }
}
