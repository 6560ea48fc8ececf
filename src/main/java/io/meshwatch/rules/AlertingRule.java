package io.meshwatch.rules;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Raises an alert for each series that its expression returns.
 *
 * @param name the label {@code alertname}
 * @param expression PromQL
 * @param forMillis how long a result must last before the alert fires
 * @param keepFiringForMillis how long a firing alert goes on after its result is gone
 * @param labels templates of labels to set; an empty text removes the label
 * @param annotations templates of the texts for people
 * @param onMissingData what happens when the target stops answering
 * @param line line in its file
 */
public record AlertingRule(
    String name,
    String expression,
    long forMillis,
    long keepFiringForMillis,
    Map<String, String> labels,
    Map<String, String> annotations,
    OnMissingData onMissingData,
    int line)
    implements Rule {
  /** How long a resolved alert is remembered and sent again, in case its first message was lost. */
  public static final long RESOLVED_RETENTION_MILLIS = 15 * 60_000L;

  public AlertingRule {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** Expands a template for one result. */
  @FunctionalInterface
  public interface Texts {
    String expand(String template, Value.Sample sample);
  }

  /**
   * What a step knows besides the result.
   *
   * @param dueMillis time of the evaluation
   * @param limit most active alerts; 0 = no limit
   * @param texts expands labels and annotations
   * @param dataMissing whether the target that these labels of an alert speak of does not answer
   */
  public record Evaluation(long dueMillis, int limit, Texts texts, Predicate<Labels> dataMissing) {}

  /**
   * The states after one evaluation; a pure function.
   *
   * @param previous the states before
   * @param result what the expression returned
   * @throws RuleException if two results give the same labels, or if there are too many; the caller keeps the previous states
   *     in the first case and forgets them in the second, as Prometheus does
   */
  public AlertStates step(AlertStates previous, List<Value.Sample> result, Evaluation evaluation) {
    Map<Labels, ActiveAlert> found = found(result, evaluation);
    Map<Labels, ActiveAlert> next = new LinkedHashMap<>();
    for (ActiveAlert before : previous.all()) {
      ActiveAlert hit = found.remove(before.labels());
      ActiveAlert after = hit == null ? withoutResult(before, evaluation) : fired(before.isActive() ? before.seenAgain(hit) : hit, evaluation);
      if (after != null) {
        next.put(after.labels(), after);
      }
    }
    found.forEach((labels, hit) -> next.put(labels, fired(hit, evaluation)));
    return withinLimit(new AlertStates(next), evaluation.limit());
  }

  /**
   * The states after a look between two evaluations; a pure function. Alerts begin, and fire after their {@code for}; nothing else
   * changes, so none ends.
   *
   * @throws RuleException as {@link #step} does; the caller keeps the previous states in any case
   */
  public AlertStates begin(AlertStates previous, List<Value.Sample> result, Evaluation evaluation) {
    Map<Labels, ActiveAlert> next = new LinkedHashMap<>();
    previous.all().forEach(alert -> next.put(alert.labels(), alert));
    found(result, evaluation).forEach((labels, hit) -> {
      ActiveAlert before = previous.of(labels);
      ActiveAlert after = fired(before != null && before.isActive() ? before.seenAgain(hit) : hit, evaluation);
      if (before == null || before.phase() != after.phase()) {
        next.put(labels, after);
      }
    });
    return withinLimit(new AlertStates(next), evaluation.limit());
  }

  private static AlertStates withinLimit(AlertStates states, int limit) {
    if (limit > 0 && states.activeCount() > limit) {
      throw new LimitExceeded("exceeded limit of " + limit + " with " + states.activeCount() + " alerts");
    }
    return states;
  }

  /** More alerts than the group allows. */
  static final class LimitExceeded extends RuntimeException {
    LimitExceeded(String message) {
      super(message);
    }
  }

  private Map<Labels, ActiveAlert> found(List<Value.Sample> result, Evaluation evaluation) {
    Map<Labels, ActiveAlert> found = new LinkedHashMap<>();
    for (Value.Sample sample : result) {
      ActiveAlert alert = ActiveAlert.pending(
          alertLabels(sample, evaluation.texts()),
          annotations(sample, evaluation.texts()),
          sample.labels().withoutMetricName(),
          sample.value(),
          evaluation.dueMillis());
      if (found.put(alert.labels(), alert) != null) {
        throw new RuleException("vector contains metrics with the same labelset after applying alert labels");
      }
    }
    return found;
  }

  private Labels alertLabels(Value.Sample sample, Texts texts) {
    Labels.Builder builder = sample.labels().withoutMetricName().toBuilder();
    labels.forEach((label, template) -> builder.set(label, texts.expand(template, sample)));
    return builder.set(Alert.ALERT_NAME, name).build();
  }

  private Labels annotations(Value.Sample sample, Texts texts) {
    Labels.Builder builder = Labels.builder();
    annotations.forEach((annotation, template) -> builder.set(annotation, texts.expand(template, sample)));
    return builder.build();
  }

  private ActiveAlert fired(ActiveAlert alert, Evaluation evaluation) {
    boolean longEnough = evaluation.dueMillis() - alert.activeAtMillis() >= forMillis;
    return alert.phase() == ActiveAlert.Phase.PENDING && longEnough ? alert.fired(evaluation.dueMillis()) : alert;
  }

  /** What becomes of an alert whose result is gone; null if it is forgotten. */
  private @Nullable ActiveAlert withoutResult(ActiveAlert alert, Evaluation evaluation) {
    if (alert.isActive() && onMissingData != OnMissingData.RESOLVE && evaluation.dataMissing().test(alert.labels())) {
      return alert.missingData();
    }
    long due = evaluation.dueMillis();
    return switch (alert.phase()) {
      case PENDING -> null;
      case INACTIVE -> due - alert.resolvedAtMillis() > RESOLVED_RETENTION_MILLIS ? null : alert;
      case FIRING -> {
        ActiveAlert kept = alert.keptFiringSince(due);
        boolean keeps = keepFiringForMillis > 0 && due - kept.keepFiringSinceMillis() < keepFiringForMillis;
        yield keeps ? kept : alert.resolved(due);
      }
    };
  }
}
