package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import java.util.ArrayList;
import java.util.List;

/** What changed, in counts: {@code 2 new (1 critical), 1 resolved, 3 still firing}. */
final class MailHeadline {
  private MailHeadline() {}

  static String counts(AlertMail mail) {
    List<String> parts = new ArrayList<>();
    if (!mail.news().isEmpty()) {
      parts.add(withSeverity(mail.news(), "new"));
    }
    if (!mail.resolved().isEmpty()) {
      parts.add(mail.resolved().size() + " resolved");
    }
    if (!mail.missed().isEmpty()) {
      parts.add(mail.missed().size() + " over already");
    }
    if (!mail.still().isEmpty()) {
      parts.add(withSeverity(mail.still(), "still firing"));
    }
    return String.join(", ", parts);
  }

  private static String withSeverity(List<Alert> alerts, String what) {
    long critical = alerts.stream().filter(a -> Severity.of(a) == Severity.CRITICAL).count();
    String count = alerts.size() + " " + what;
    if (critical == 0) {
      return count;
    }
    if (critical == alerts.size()) {
      return what.equals("new") ? count + " critical" : alerts.size() + " critical " + what;
    }
    return count + " (" + critical + " critical)";
  }
}
