package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** How times, values and alerts are put into words for people. */
final class AlertWords {
  /** Labels that say where something is, the most telling ones first. */
  private static final List<String> WHERE = List.of("platform", "host", "instance", "job");

  private static final Set<String> NOT_SHOWN = Set.of(Alert.ALERT_NAME, "severity");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY_AND_TIME = DateTimeFormatter.ofPattern("EEE d MMM HH:mm", Locale.ENGLISH);
  private static final Pattern FIRST = Pattern.compile("\\bFirst: ");

  private AlertWords() {}

  /** One line that names the trouble: the summary, else the alert's name; with the place if it does not say it. */
  static String title(Alert alert) {
    String summary = alert.annotations().get("summary");
    String title = summary.isEmpty() ? alert.name() : summary;
    for (String name : WHERE) {
      String value = alert.labels().get(name);
      if (!value.isEmpty()) {
        return title.contains(value) ? title : title + " (" + name + " " + value + ")";
      }
    }
    return title;
  }

  /** What it means: the first paragraph of the description, without the part that says what to do. */
  static String meaning(Alert alert) {
    return withoutFirstSteps(alert).split("\n", 2)[0].strip();
  }

  /** What the description has below its first paragraph, such as what was sent and answered. */
  static String details(Alert alert) {
    String[] parts = withoutFirstSteps(alert).split("\n", 2);
    return parts.length == 1 ? "" : parts[1].stripTrailing();
  }

  private static String withoutFirstSteps(Alert alert) {
    String description = description(alert);
    int at = firstStepsAt(description);
    return (at < 0 ? description : description.substring(0, at)).strip();
  }

  /** What to do first: the annotation {@code first_steps}, else what follows "First:" in the description. */
  static String firstSteps(Alert alert) {
    String own = alert.annotations().get("first_steps");
    String description = description(alert);
    int at = firstStepsAt(description);
    return own.isEmpty() && at >= 0 ? description.substring(at + "First: ".length()).strip() : own;
  }

  private static int firstStepsAt(String description) {
    java.util.regex.Matcher found = FIRST.matcher(description);
    return found.find() ? found.start() : -1;
  }

  private static String description(Alert alert) {
    String description = alert.annotations().get("description");
    return description.isEmpty() ? alert.annotations().get("message") : description;
  }

  /** The labels worth reading, those that say where first. */
  static List<Labels> labelsShown(Alert alert) {
    List<Labels> shown = new ArrayList<>();
    WHERE.stream().filter(alert.labels()::has).forEach(n -> shown.add(Labels.of(n, alert.labels().get(n))));
    for (int i = 0; i < alert.labels().size(); i++) {
      String name = alert.labels().name(i);
      if (!WHERE.contains(name) && !NOT_SHOWN.contains(name) && !name.startsWith("__")) {
        shown.add(Labels.of(name, alert.labels().value(i)));
      }
    }
    return shown;
  }

  /** {@code since 14:03 (17 min)}. */
  static String since(Alert alert, long nowMillis, ZoneId zone) {
    return "since " + time(alert.startsAtMillis(), nowMillis, zone) + " (" + duration(nowMillis - alert.startsAtMillis()) + ")";
  }

  /** {@code 14:03 to 14:25 (22 min)}. */
  static String fromTo(Alert alert, long nowMillis, ZoneId zone) {
    long end = Math.min(alert.endsAtMillis(), nowMillis);
    return time(alert.startsAtMillis(), nowMillis, zone) + " to " + time(end, nowMillis, zone) + " (lasted "
        + duration(end - alert.startsAtMillis()) + ")";
  }

  /** The time of day; with the day if that is not today. */
  static String time(long atMillis, long nowMillis, ZoneId zone) {
    ZonedDateTime at = Instant.ofEpochMilli(atMillis).atZone(zone);
    LocalDate today = Instant.ofEpochMilli(nowMillis).atZone(zone).toLocalDate();
    return (at.toLocalDate().equals(today) ? TIME : DAY_AND_TIME).format(at);
  }

  /** The two largest units: {@code 45 s}, {@code 17 min}, {@code 9 h 12 min}, {@code 2 d 4 h}. */
  static String duration(long millis) {
    long seconds = Math.max(0, millis) / 1000;
    long minutes = seconds / 60;
    long hours = minutes / 60;
    if (minutes == 0) {
      return seconds + " s";
    }
    if (hours == 0) {
      return minutes + " min";
    }
    if (hours < 24) {
      return hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
    }
    return hours / 24 + " d" + (hours % 24 == 0 ? "" : " " + hours % 24 + " h");
  }

  /** The value, beside the threshold if the expression has one: {@code 0.95 (threshold > 0.9)}. */
  static String value(Alert alert) {
    if (alert.value().isEmpty()) {
      return "";
    }
    String value = number(alert.value().getAsDouble());
    return AlertExpression.of(alert).filter(each -> each.threshold().isPresent())
        .map(each -> value + " (threshold " + each.operator() + " " + number(each.threshold().getAsDouble()) + ")")
        .orElse(value);
  }

  /** What an alert's chart shows; empty if it has none. */
  static String chart(Alert alert, AlertMail mail) {
    AlertMail.Chart chart = mail.charts().get(alert.labels());
    if (chart == null) {
      return "";
    }
    DoubleSummaryStatistics values = Arrays.stream(chart.curve().values()).filter(Double::isFinite).summaryStatistics();
    String from = time(chart.curve().timestampsMillis()[0], mail.sentAtMillis(), mail.zone());
    return "Since " + from + ": lowest " + number(values.getMin()) + ", highest " + number(values.getMax())
        + (chart.threshold().isPresent() ? ", threshold (dashed) " + number(chart.threshold().getAsDouble()) : "");
  }

  /** A number with four significant digits, never in exponents a tired reader must decode unless it is huge or tiny. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "not a number";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "infinite" : "-infinite";
    }
    double magnitude = Math.abs(value);
    if (magnitude != 0 && (magnitude >= 1e15 || magnitude < 1e-4)) {
      return String.format(Locale.ROOT, "%.3g", value);
    }
    int decimals = magnitude >= 1000 || magnitude == 0 ? 0 : 3 - (int) Math.floor(Math.log10(magnitude));
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}
