package io.meshwatch.notify.mail;

import java.util.List;

/**
 * A mail to one recipient, ready to be sent.
 *
 * @param recipient one address
 * @param subject any text; line breaks become blanks when it is written
 * @param text for readers without HTML
 * @param html the same for all others
 * @param messageId without angle brackets; the same whenever this mail is tried again
 * @param references message ids of earlier mails of the same conversation, oldest first
 * @param listId identifies the installation's alerts for mail filters, such as {@code alerts.prod.meshwatch}
 * @param urgent whether mail programs may show it as important
 * @param sentAtMillis the date in its header
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
    long sentAtMillis) {}
