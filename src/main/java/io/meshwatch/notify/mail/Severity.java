package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import java.util.Comparator;

/** How bad an alert is, worst first, from its label {@code severity}. */
public enum Severity {
  CRITICAL,
  WARNING,
  INFO,
  /** Any other value or none. */
  OTHER;

  /** Worst first, then the longest firing, then by labels. */
  public static final Comparator<Alert> WORST_FIRST =
      Comparator.comparing(Severity::of).thenComparingLong(Alert::startsAtMillis).thenComparing(Alert::labels);

  public static Severity of(Alert alert) {
    return switch (alert.labels().get("severity")) {
      case "critical", "page", "error" -> CRITICAL;
      case "warning" -> WARNING;
      case "info" -> INFO;
      default -> OTHER;
    };
  }

  /** As the reader sees it. */
  public String word() {
    return switch (this) {
      case CRITICAL -> "critical";
      case WARNING -> "warning";
      case INFO -> "info";
      case OTHER -> "notice";
    };
  }
}
