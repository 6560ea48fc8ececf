/**
 * Floor 3. Mails about alerts: their words, their look, and SMTP. Knows nothing of routes or storage. Open
 * {@link io.meshwatch.notify.mail.MailTransport} first, then {@link io.meshwatch.notify.mail.AlertMail}.
 */
@NullMarked
package io.meshwatch.notify.mail;

import org.jspecify.annotations.NullMarked;
