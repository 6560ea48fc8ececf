package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.notify.mail.MailMessage;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The texts that an {@code alertmanager.yml} gives for the mails of a receiver, as templates; what it does not give is ours.
 *
 * @param templates what the texts may call
 * @param subject template of the subject
 * @param text template of the plain text
 * @param html template of the HTML; an empty one means that the mail has none
 */
record MailTemplates(NotificationTemplates templates, Optional<String> subject, Optional<String> text, Optional<String> html) {
  private static final String NO_PAGE = "";

  /**
   * Our mail with these texts. A template that fails is reported and leaves ours in its place.
   *
   * @param failures takes one sentence for each template that failed
   */
  MailMessage applied(MailMessage ours, Notification notification, String pageUrl, long nowMillis, Consumer<String> failures) {
    Map<String, @Nullable Object> data = TemplateData.of(notification, pageUrl, nowMillis);
    String newSubject = subject.flatMap(each -> expanded("subject", () -> templates.text(each, data, nowMillis).strip(), failures)).orElse(ours.subject());
    String newText = text.flatMap(each -> expanded("text", () -> templates.text(each, data, nowMillis), failures)).orElse(ours.text());
    String newHtml = html.isPresent() && html.get().isEmpty() && text.isPresent() ? NO_PAGE
        : html.filter(each -> !each.isEmpty()).flatMap(each -> expanded("html", () -> templates.html(each, data, nowMillis), failures)).orElse(ours.html());
    return new MailMessage(ours.recipient(), newSubject, newText, newHtml, ours.messageId(), ours.references(), ours.listId(), ours.urgent(),
        ours.sentAtMillis(), newHtml.equals(ours.html()) ? ours.images() : Map.of());
  }

  /** An execution. */
  private interface Expansion {
    String run();
  }

  private static Optional<String> expanded(String what, Expansion expansion, Consumer<String> failures) {
    try {
      return Optional.of(expansion.run());
    } catch (TemplateException e) {
      failures.accept("the template of the mail's " + what + " fails, the built-in one is used: " + e.getMessage());
      return Optional.empty();
    }
  }
}
