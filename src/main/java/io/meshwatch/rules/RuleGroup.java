package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.Workers;
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
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group that runs: evaluates its rules in stages, so that a rule sees what those before it stored at the same time, and rules that
 * have nothing to do with each other are evaluated side by side. Confined to its timer, but for {@link #status}; each rule is touched
 * by one worker at a time.
 */
final class RuleGroup {
  private static final Logger LOG = LoggerFactory.getLogger(RuleGroup.class);
  static final String ALERTS = "ALERTS";
  static final String ALERTS_FOR_STATE = "ALERTS_FOR_STATE";
  static final String ALERT_STATE = "alertstate";
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
  private final Workers workers;
  private final List<RunningRule> rules;
  /** Rules that may be evaluated side by side, one list after the other. */
  private final List<List<RunningRule>> stages;
  private final MissingSelectors missingSelectors;
  private final ForRestoration restoration;
  /** Series of rules that a reload removed. */
  private Set<Labels> abandoned = Set.of();
  private int evaluations;
  private long lastDueMillis;
  private long missedIterations;
  private volatile GroupStatus status;

  RuleGroup(
      RuleGroupSpec spec, Engine engine, AlertSink sink, RuleOptions options, RuleMetrics metrics, Clock clock, Workers workers) {
    this.spec = spec;
    this.key = spec.key();
    this.intervalMillis = spec.intervalMillis().orElse(options.evaluationIntervalMillis());
    this.queryOffsetMillis = spec.queryOffsetMillis().orElse(options.queryOffsetMillis());
    this.engine = engine;
    this.sink = sink;
    this.options = options;
    this.metrics = metrics;
    this.clock = clock;
    this.workers = workers;
    this.rules = spec.rules().stream().map(RunningRule::new).toList();
    this.stages = RuleDependencies.stages(rules);
    this.missingSelectors = new MissingSelectors(engine);
    this.restoration = new ForRestoration(engine, options);
    this.status = currentStatus(0);
    metrics.start(spec, intervalMillis);
  }

  /** A group whose alerts nobody hears of, with nothing to restore and no look for selectors without data. */
  static RuleGroup forUnitTest(RuleGroupSpec spec, Engine engine, RuleOptions options, RuleMetrics metrics, Clock clock) {
    RuleGroup group = new RuleGroup(spec, engine, alerts -> {}, options, metrics, clock, new InlineWorkers());
    group.rules.forEach(rule -> rule.restored = true);
    group.missingSelectors.never();
    return group;
  }

  RuleGroupSpec spec() {
    return spec;
  }

  long intervalMillis() {
    return intervalMillis;
  }

  /** When in each interval the group is due: spread by its name, the same after each start. */
  long phaseMillis() {
    return Long.remainderUnsigned(Labels.of("group", key).fingerprint(), intervalMillis);
  }

  GroupStatus status() {
    return status;
  }

  /** Goes on where the group stood before a reload; neither of both may be running. */
  void takeOver(RuleGroup before) {
    List<RunningRule> left = new ArrayList<>(before.rules);
    for (RunningRule rule : rules) {
      left.stream()
          .filter(old -> rule.isLike(old))
          .min(Comparator.comparing(old -> !old.rule.expression().equals(rule.rule.expression())))
          .ifPresent(old -> {
            rule.takeOver(old);
            left.remove(old);
          });
    }
    abandoned = new HashSet<>(before.abandoned);
    left.forEach(old -> abandoned.addAll(old.series));
    evaluations = before.evaluations;
    status = currentStatus(0);
  }

  /** Ends the group's series in the store: it is no more. */
  void end(long atMillis) {
    Set<Labels> ending = new HashSet<>(abandoned);
    rules.forEach(rule -> ending.addAll(rule.series));
    if (!ending.isEmpty()) {
      RuleBatch batch = newBatch(Math.max(atMillis, lastDueMillis + 1) - queryOffsetMillis);
      ending.forEach(batch::end);
      batch.commit();
    }
    metrics.stop(spec);
  }

  /** Evaluates all rules for the time at which the group was due. */
  void evaluate(long dueMillis) throws InterruptedException {
    long startNanos = clock.monotonicNanos();
    countIteration(dueMillis);
    endAbandonedSeries(dueMillis);
    for (List<RunningRule> stage : stages) {
      evaluate(stage, dueMillis);
    }
    int samples = rules.stream().mapToInt(rule -> rule.samples).sum();
    if (evaluations++ > 0) {
      restore(dueMillis);
    }
    if (missingSelectors.update(rules, dueMillis)) {
      rules.forEach(rule ->
          metrics.selectorsWithoutData.labelValues(key, rule.rule.name()).set(rule.selectorsWithoutData.size()));
      metrics.unableToFire.labelValues(key).set((double) rules.stream().filter(rule -> rule.unableToFire).count());
    }
    double seconds = secondsSince(startNanos);
    lastDueMillis = dueMillis;
    metrics.groupSeconds.observe(seconds);
    metrics.lastDuration.labelValues(key).set(seconds);
    metrics.lastEvaluation.labelValues(key).set(dueMillis / 1000.0);
    metrics.lastSamples.labelValues(key).set(samples);
    status = currentStatus(seconds);
  }

  private void evaluate(List<RunningRule> stage, long dueMillis) throws InterruptedException {
    if (stage.size() == 1) {
      evaluate(stage.getFirst(), dueMillis);
      return;
    }
    workers.invokeAll(stage.stream()
        .map(rule -> (Callable<Boolean>) () -> {
          evaluate(rule, dueMillis);
          return true;
        })
        .toList());
  }

  private GroupStatus currentStatus(double seconds) {
    return new GroupStatus(
        spec, intervalMillis, lastDueMillis, seconds, missedIterations, rules.stream().map(RunningRule::status).toList());
  }

  private void countIteration(long dueMillis) {
    metrics.iterations.labelValues(key).inc();
    long missed = lastDueMillis == 0 ? 0 : (dueMillis - lastDueMillis) / intervalMillis - 1;
    if (missed > 0) {
      missedIterations += missed;
      metrics.missed.labelValues(key).inc(missed);
      metrics.iterations.labelValues(key).inc(missed);
    }
  }

  private double secondsSince(long startNanos) {
    return (clock.monotonicNanos() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private void endAbandonedSeries(long dueMillis) {
    if (!abandoned.isEmpty()) {
      RuleBatch batch = newBatch(dueMillis - queryOffsetMillis);
      rules.forEach(rule -> abandoned.removeAll(rule.series));
      abandoned.forEach(batch::end);
      batch.commit();
      abandoned = Set.of();
    }
  }

  private void evaluate(RunningRule rule, long dueMillis) throws InterruptedException {
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
    RuleTemplates templates = templates(dueMillis);
    SilentTargets targets = new SilentTargets(expression -> templateQuery(expression, dueMillis), rule.expression);
    List<Value.Sample> results = new ArrayList<>(result);
    if (alerting.onMissingData() == OnMissingData.ALERT && missingSelectors.areAllMissing(rule.expression, dueMillis)) {
      results.add(MissingSelectors.NO_DATA);
    }
    AlertStates before = rule.alerts;
    AlertStates after = alerting.step(before, results, new AlertingRule.Evaluation(
        dueMillis, spec.limit(), (text, sample) -> templates.expandForAlert("__alert_" + alerting.name(), text, sample),
        targets::isSilent));
    rule.alerts = withResolvedValues(rule, after, dueMillis);
    send(rule, dueMillis);
    List<Value.Sample> samples = rule.restored ? alertSamples(rule.alerts, dueMillis) : List.of();
    rule.samples = samples.size();
    store(rule, samples, dueMillis);
  }

  private RuleTemplates templates(long dueMillis) {
    return new RuleTemplates(
        expression -> templateQuery(expression, dueMillis), options.externalLabels(), options.externalUrl(), dueMillis);
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
    return options.externalUrl() + "/graph?g0.expr=" + io.meshwatch.gotemplate.Escapes.query(expression) + "&g0.tab=1";
  }

  private List<Value.Sample> alertSamples(AlertStates alerts, long dueMillis) {
    List<Value.Sample> samples = new ArrayList<>();
    for (ActiveAlert alert : alerts.all()) {
      if (alert.isActive()) {
        Labels.Builder labels = alert.labels().toBuilder();
        Labels forState = labels.set(Labels.METRIC_NAME, ALERTS_FOR_STATE).build();
        Labels state = labels.set(Labels.METRIC_NAME, ALERTS).set(ALERT_STATE, alert.phase().text()).build();
        samples.add(new Value.Sample(state, dueMillis, 1, null));
        samples.add(new Value.Sample(forState, dueMillis, Math.floorDiv(alert.activeAtMillis(), 1000), null));
      }
    }
    return samples;
  }

  private RuleBatch newBatch(long atMillis) {
    return new RuleBatch(engine.appender(), atMillis, metrics.rejectedSamples.labelValues(key));
  }

  private void restore(long dueMillis) {
    for (RunningRule rule : rules) {
      if (!rule.restored && rule.rule instanceof AlertingRule alerting) {
        rule.alerts = restoration.restored(alerting, rule.alerts, dueMillis);
        rule.restored = true;
      }
    }
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
}
