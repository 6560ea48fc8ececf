package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.gotemplate.Escapes;
import io.meshwatch.gotemplate.FunctionException;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.Value;
import io.meshwatch.rules.RuleStatus.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates single rules of one group: asks the engine, steps the states of alerts, tells notification, and stores what the rule says.
 * Each rule is touched by one thread at a time.
 */
final class RuleEvaluator {
  private static final Logger LOG = LoggerFactory.getLogger(RuleEvaluator.class);
  /** How many intervals, or resend delays, a message stays valid: two of them may be lost. */
  private static final int VALID_INTERVALS = 4;

  private final RuleGroupSpec spec;
  private final String key;
  private final long intervalMillis;
  private final long queryOffsetMillis;
  private final Engine engine;
  private final AlertSink sink;
  private final RuleOptions options;
  private final RuleMetrics metrics;
  private final Clock clock;
  private final MissingSelectors missingSelectors;

  RuleEvaluator(
      RuleGroupSpec spec, Engine engine, AlertSink sink, RuleOptions options, RuleMetrics metrics, Clock clock,
      MissingSelectors missingSelectors) {
    this.spec = spec;
    this.key = spec.key();
    this.intervalMillis = spec.intervalMillis(options);
    this.queryOffsetMillis = spec.queryOffsetMillis(options);
    this.engine = engine;
    this.sink = sink;
    this.options = options;
    this.metrics = metrics;
    this.clock = clock;
    this.missingSelectors = missingSelectors;
  }

  /** Evaluates a rule for the time at which its group was due. */
  void evaluate(RunningRule rule, long dueMillis) throws InterruptedException {
    long startNanos = clock.monotonicNanos();
    metrics.evaluations.labelValues(key).inc();
    try {
      List<Value.Sample> result = query(rule.rule.expression(), dueMillis);
      rule.results = result.size();
      switch (rule.rule) {
        case RecordingRule recording -> record(rule, recording, result, dueMillis);
        case AlertingRule alerting -> alert(rule, alerting, result, dueMillis);
      }
      report(rule, "");
    } catch (ParseException | QueryException | RuleException | StoreUnavailableException e) {
      metrics.failures.labelValues(key).inc();
      rule.samples = 0;
      report(rule, String.valueOf(e.getMessage()));
      // Nothing is known of its alerts now, so none may end because notification does not hear of it any more.
      send(rule, dueMillis);
    } catch (AlertingRule.LimitExceeded e) {
      metrics.failures.labelValues(key).inc();
      rule.alerts = AlertStates.NONE;
      rule.samples = 0;
      report(rule, String.valueOf(e.getMessage()));
    }
    rule.lastEvaluationMillis = dueMillis;
    rule.lastDurationSeconds = secondsSince(startNanos);
    rule.history.add(new RuleEvaluation(dueMillis, rule.lastDurationSeconds, rule.lastError.isEmpty() ? rule.results : 0,
        rule.alerts.count(ActiveAlert.Phase.PENDING), rule.alerts.count(ActiveAlert.Phase.FIRING), rule.lastError));
    metrics.evaluationSeconds.observe(rule.lastDurationSeconds);
  }

  /**
   * Lets alerts begin, or fire after their {@code for}, between two evaluations; none ends. A rule that fails is left to its next
   * evaluation, which says so.
   */
  void lookAhead(RunningRule rule, AlertingRule alerting, long atMillis) throws InterruptedException {
    long startNanos = clock.monotonicNanos();
    AlertStates before = rule.alerts;
    try {
      List<Value.Sample> result = query(alerting.expression(), atMillis);
      AlertStates after = result.isEmpty() ? before : alerting.begin(before, result, evaluation(alerting, atMillis, labels -> false));
      List<ActiveAlert> changed = after.all().stream().filter(alert -> !alert.equals(before.of(alert.labels()))).toList();
      if (changed.isEmpty()) {
        return;
      }
      rule.alerts = after;
      send(rule, atMillis);
      rule.history.add(new RuleEvaluation(atMillis, secondsSince(startNanos), result.size(),
          after.count(ActiveAlert.Phase.PENDING), after.count(ActiveAlert.Phase.FIRING), ""));
      storeBeginning(rule, changed, atMillis);
    } catch (ParseException | QueryException | RuleException | StoreUnavailableException | AlertingRule.LimitExceeded e) {
      LOG.debug("An early look at {} in {} failed: {}", alerting.name(), key, e.getMessage());
    }
  }

  /** Ends series in the store. */
  void end(Set<Labels> series, long dueMillis) {
    RuleBatch batch = newBatch(dueMillis - queryOffsetMillis);
    series.forEach(batch::end);
    batch.commit();
  }

  /** Notes how the evaluation went; only a change is logged. */
  private void report(RunningRule rule, String error) {
    if (!error.equals(rule.lastError)) {
      if (error.isEmpty()) {
        LOG.info("Rule {} in {} works again", rule.rule.name(), key);
      } else {
        LOG.warn("Rule {} in {} fails: {}", rule.rule.name(), key, error);
      }
    }
    rule.lastError = error;
    rule.health = error.isEmpty() ? Health.OK : Health.ERROR;
  }

  private List<Value.Sample> query(String expression, long dueMillis) throws InterruptedException {
    Value value = engine.query(expression, dueMillis - queryOffsetMillis, options.limits()).value();
    return switch (value) {
      case Value.Vector vector -> vector.samples();
      case Value.Scalar scalar -> List.of(new Value.Sample(Labels.EMPTY, scalar.timestampMillis(), scalar.value(), null));
      case Value.Text text -> throw new RuleException("rule result is not a vector or scalar");
      case Value.Matrix matrix -> throw new RuleException("rule result is not a vector or scalar");
    };
  }

  private void record(RunningRule rule, RecordingRule recording, List<Value.Sample> result, long dueMillis) {
    List<Value.Sample> samples = recording.samples(result, spec.limit());
    rule.samples = samples.size();
    store(rule, samples, dueMillis);
  }

  private void alert(RunningRule rule, AlertingRule alerting, List<Value.Sample> result, long dueMillis) throws InterruptedException {
    boolean nothingNew = result.isEmpty() && rule.isQuiet() && alerting.onMissingData() != OnMissingData.ALERT;
    if (nothingNew) {
      rule.samples = 0;
      return;
    }
    SilentTargets targets = new SilentTargets(expression -> templateQuery(expression, dueMillis), rule.expression);
    List<Value.Sample> results = new ArrayList<>(result);
    if (alerting.onMissingData() == OnMissingData.ALERT && missingSelectors.areAllMissing(rule.expression, dueMillis)) {
      results.add(MissingSelectors.NO_DATA);
    }
    AlertStates before = rule.alerts;
    AlertStates after = alerting.step(before, results, evaluation(alerting, dueMillis, targets::isSilent));
    rule.alerts = withResolvedValues(rule, after, dueMillis);
    send(rule, dueMillis);
    List<Value.Sample> samples = rule.restored ? AlertSeries.samples(rule.alerts.all(), dueMillis) : List.of();
    rule.samples = samples.size();
    store(rule, samples, dueMillis);
  }

  private AlertingRule.Evaluation evaluation(AlertingRule alerting, long dueMillis, Predicate<Labels> dataMissing) {
    RuleTemplates templates = new RuleTemplates(
        expression -> templateQuery(expression, dueMillis), options.externalLabels(), options.externalUrl(), dueMillis);
    return new AlertingRule.Evaluation(
        dueMillis, spec.limit(), (text, sample) -> templates.expandForAlert("__alert_" + alerting.name(), text, sample), dataMissing);
  }

  private List<Value.Sample> templateQuery(String expression, long dueMillis) {
    try {
      return query(expression, dueMillis);
    } catch (ParseException | QueryException | RuleException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FunctionException("interrupted", e);
    }
  }

  /** Asks once what the values are that let alerts be resolved just now. */
  private AlertStates withResolvedValues(RunningRule rule, AlertStates states, long dueMillis) throws InterruptedException {
    String compared = rule.comparedExpression;
    boolean resolvedNow = states.all().stream().anyMatch(alert -> alert.resolvedAtMillis() == dueMillis);
    if (compared == null || !resolvedNow) {
      return states;
    }
    List<Value.Sample> values;
    try {
      values = query(compared, dueMillis);
    } catch (ParseException | QueryException | RuleException e) {
      LOG.debug("No value for what {} resolved: {}", rule.rule.name(), e.getMessage());
      return states;
    }
    return states.map(alert -> {
      OptionalDouble value = values.stream()
          .filter(sample -> sample.labels().withoutMetricName().equals(alert.source()))
          .mapToDouble(Value.Sample::value)
          .findFirst();
      boolean known = alert.resolvedAtMillis() == dueMillis && value.isPresent();
      return known ? alert.withResolvedValue(value.getAsDouble()) : alert;
    });
  }

  /** Hands to notification what is due. What it does not take is due again with the next evaluation. */
  private void send(RunningRule rule, long dueMillis) {
    long validUntil = dueMillis + VALID_INTERVALS * Math.max(intervalMillis, options.resendDelayMillis());
    List<ActiveAlert> due = rule.alerts.all().stream()
        .filter(alert -> alert.needsSending(dueMillis, options.resendDelayMillis()))
        .toList();
    if (due.isEmpty()) {
      return;
    }
    String url = generatorUrl(rule.rule.expression());
    List<Alert> alerts = due.stream().map(alert -> alert.toAlert(dueMillis, validUntil, url)).toList();
    try {
      sink.accept(alerts);
    } catch (RuntimeException e) {
      metrics.unsentAlerts.labelValues(key).inc(alerts.size());
      LOG.error("Notification did not take {} alerts of {}; they are sent again", alerts.size(), rule.rule.name(), e);
      return;
    }
    Set<ActiveAlert> sent = new HashSet<>(due);
    rule.alerts = rule.alerts.map(alert -> sent.contains(alert) ? alert.sent(dueMillis, validUntil) : alert);
  }

  private String generatorUrl(String expression) {
    return options.externalUrl() + "/graph?g0.expr=" + Escapes.query(expression) + "&g0.tab=1";
  }

  /** Stores the first sample of alerts that have just begun or begun to fire; the next ones come with the group's turns. */
  private void storeBeginning(RunningRule rule, List<ActiveAlert> changed, long atMillis) {
    RuleBatch batch = newBatch(atMillis);
    Set<Labels> stored = new HashSet<>(rule.series);
    for (ActiveAlert alert : changed) {
      Labels waiting = AlertSeries.state(alert.labels(), ActiveAlert.Phase.PENDING);
      if (alert.phase() == ActiveAlert.Phase.FIRING && stored.remove(waiting)) {
        batch.end(waiting);
      }
    }
    for (Value.Sample sample : AlertSeries.samples(changed, atMillis)) {
      batch.add(sample);
      stored.add(sample.labels());
    }
    batch.commit();
    rule.series = stored;
  }

  private RuleBatch newBatch(long atMillis) {
    return new RuleBatch(engine.appender(), atMillis, metrics.rejectedSamples.labelValues(key));
  }

  private void store(RunningRule rule, List<Value.Sample> samples, long dueMillis) {
    RuleBatch batch = newBatch(dueMillis - queryOffsetMillis);
    Set<Labels> stored = new HashSet<>();
    for (Value.Sample sample : samples) {
      batch.add(sample);
      stored.add(sample.labels());
    }
    for (Labels before : rule.series) {
      if (!stored.contains(before)) {
        batch.end(before);
      }
    }
    batch.commit();
    rule.series = stored;
  }

  private double secondsSince(long startNanos) {
    return (clock.monotonicNanos() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
