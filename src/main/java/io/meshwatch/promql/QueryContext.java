package io.meshwatch.promql;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One query while it runs: its text and times, what it may use and has used. Its counters are confined to the query's thread. */
final class QueryContext {
  final String query;
  final Steps steps;
  final boolean isRange;
  final QueryOptions options;
  final QueryLimits limits;
  final Annotations annotations;
  final Workers workers;
  private final Clock clock;
  private final Querier querier;
  private final long deadlineNanos;
  private final Map<List<Matcher>, List<Series>> selected = new HashMap<>();
  private final List<String> storageWarnings = new ArrayList<>();
  private long samplesRead;
  private long samplesHeld;
  private long samplesPeak;
  /** Counts for the part that is being evaluated. Only the query's own thread asks for it. */
  private SampleCounts counts;

  QueryContext(String query, Steps steps, boolean isRange, QueryOptions options, QueryLimits limits, Workers workers, Clock clock,
      Querier querier) {
    this.query = query;
    this.steps = steps;
    this.isRange = isRange;
    this.options = options;
    this.limits = limits;
    this.workers = workers;
    this.clock = clock;
    this.querier = querier;
    this.annotations = new Annotations(query);
    this.counts = new SampleCounts(steps.count(), options.perStepStatistics());
    this.deadlineNanos = clock.monotonicNanos() + limits.timeoutMillis() * 1_000_000;
  }

  /** The series of a selector; asked for once however often it stands in the query. Not for several threads. */
  List<Series> select(List<Matcher> matchers) {
    return selected.computeIfAbsent(matchers, wanted -> {
      SeriesSet set = querier.select(wanted);
      List<Series> series = new ArrayList<>();
      while (set.next()) {
        series.add(set.at());
      }
      storageWarnings.addAll(set.warnings());
      return series;
    });
  }

  /** Throws if the query was cancelled or ran out of time. */
  void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new QueryException(QueryException.Reason.CANCELED, "query was canceled in expression evaluation");
    }
    if (clock.monotonicNanos() - deadlineNanos > 0) {
      throw new QueryException(QueryException.Reason.TIMEOUT, "query timed out in expression evaluation");
    }
  }

  /** Where the part that is being evaluated counts its samples; to be asked for before any other part is evaluated. */
  SampleCounts counts() {
    return counts;
  }

  /** Evaluates a part that counts its samples elsewhere. */
  void countingIn(SampleCounts own, Runnable evaluation) {
    SampleCounts outer = counts;
    counts = own;
    try {
      evaluation.run();
    } finally {
      counts = outer;
    }
  }

  /** Evaluates a part once that stands for all steps. */
  void countingOnce(Runnable evaluation) {
    SampleCounts once = counts.fresh(1);
    countingIn(once, evaluation);
    counts.addEverywhere(once.total());
  }

  /** Counts samples that were read from the store. */
  void read(int samples) {
    samplesRead += samples;
  }

  /** Counts samples that are held in memory until the query ends, for the part of the query that needs them. */
  void hold(long samples, Expr part) {
    samplesHeld += samples;
    samplesPeak = Math.max(samplesPeak, samplesHeld);
    if (samplesHeld > limits.samplesMax()) {
      throw new QueryException(QueryException.Reason.LIMIT,
          "query processing would load too many samples into memory in query execution: more than " + limits.samplesMax()
              + " while evaluating " + Printer.print(part));
    }
  }

  /** Counts samples as {@link #hold} does, unless that would take more than half of the budget. */
  boolean tryHold(long samples) {
    boolean fits = samplesHeld + samples <= limits.samplesMax() / 2;
    samplesHeld += fits ? samples : 0;
    return fits;
  }

  void release(long samples) {
    samplesHeld -= samples;
  }

  QueryException failure(String message) {
    return new QueryException(QueryException.Reason.EXECUTION, message);
  }

  long samplesRead() {
    return samplesRead;
  }

  long samplesPeak() {
    return samplesPeak;
  }

  List<String> storageWarnings() {
    return storageWarnings;
  }
}
