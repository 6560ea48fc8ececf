package io.meshwatch;

import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import io.meshwatch.sonar.Evidence;
import io.meshwatch.sonar.EvidenceText;
import io.meshwatch.sonar.meshstack.Finding;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Puts what Sonar saw into the texts of Sonar's alerts, so that the mail can be understood without opening a page. */
final class EvidenceSink implements AlertSink {
  private static final String DESCRIPTION = "description";
  /** What to do first ends the shipped descriptions; evidence belongs before it. */
  private static final String FIRST = " First: ";

  private final AlertSink next;
  private final Function<Labels, Optional<Evidence>> evidence;

  /**
   * @param next takes the alerts
   * @param evidence the last failure of the target that an alert's labels name; empty for alerts that are not about one
   */
  EvidenceSink(AlertSink next, Function<Labels, Optional<Evidence>> evidence) {
    this.next = next;
    this.evidence = evidence;
  }

  @Override
  public void accept(List<Alert> alerts) {
    next.accept(alerts.stream().map(this::withEvidence).toList());
  }

  private Alert withEvidence(Alert alert) {
    boolean about = alert.labels().get("component").equals("sonar") && !alert.isResolvedAt(alert.updatedAtMillis());
    return about ? evidence.apply(alert.labels()).map(seen -> with(alert, text(seen))).orElse(alert) : alert;
  }

  private static Alert with(Alert alert, String seen) {
    String description = alert.annotations().get(DESCRIPTION);
    int first = description.indexOf(FIRST);
    String told = first < 0 ? description + " " + seen : description.substring(0, first) + " " + seen + "\n" + description.substring(first + 1);
    Labels annotations = alert.annotations().toBuilder().set(DESCRIPTION, told).build();
    return new Alert(alert.labels(), annotations, alert.startsAtMillis(), alert.endsAtMillis(), alert.updatedAtMillis(), alert.generatorUrl(),
        alert.value());
  }

  /** Step, expected and got, meshStack's own words and numbers in sentences; below them the request and its answer. */
  static String text(Evidence evidence) {
    Finding finding = evidence.finding();
    StringBuilder text = new StringBuilder("Step ").append(evidence.step()).append(": ").append(finding.sentence()).append('.');
    for (String remark : finding.remarks()) {
      text.append(" Remark: ").append(remark).append(remark.endsWith(".") ? "" : ".");
    }
    if (!finding.errorCode().isEmpty()) {
      text.append(" meshStack's error: ").append(finding.errorCode());
      text.append(finding.errorId().isEmpty() ? "" : " (id " + finding.errorId() + ")").append('.');
    }
    text.append(finding.advice().isEmpty() ? "" : " " + finding.advice());
    EvidenceText.circumstances(evidence).forEach(line -> text.append('\n').append(line));
    // What an answer says must not pass for our own advice.
    return text.toString().replace(FIRST.strip(), "First -");
  }
}
