package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SampleIterator;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.QueryStatistics;
import io.meshwatch.promql.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** An engine whose answers are written down in advance and whose samples can be read back. */
final class FakeEngine implements Engine {
  /** A sample that was stored. */
  record Stored(Labels labels, long atMillis, double value) {}

  final List<Stored> stored = new ArrayList<>();
  final Map<String, LongFunction<List<Value.Sample>>> answers = new HashMap<>();
  final List<String> asked = new ArrayList<>();
  boolean full;

  static Value.Sample sample(double value, String... labels) {
    return new Value.Sample(Labels.of(labels), 0, value, null);
  }

  void answer(String expression, Value.Sample... samples) {
    answers.put(expression, at -> List.of(samples));
  }

  List<Stored> stored(String name) {
    return stored.stream().filter(sample -> sample.labels().metricName().equals(name)).toList();
  }

  @Override
  public QueryResult query(String expression, long atMillis, QueryLimits limits) {
    asked.add(expression);
    LongFunction<List<Value.Sample>> answer = answers.get(expression);
    if (answer == null) {
      throw new QueryException(QueryException.Reason.EXECUTION, "no answer to " + expression);
    }
    return new QueryResult(new Value.Vector(answer.apply(atMillis)), List.of(), List.of(), QueryStatistics.NONE);
  }

  @Override
  public QueryResult queryRange(String expression, long start, long end, long step, QueryLimits limits) {
    throw new QueryException(QueryException.Reason.EXECUTION, "not in this test");
  }

  @Override
  public Appender appender() {
    return new Batch();
  }

  private record Handle(Labels labels) implements SeriesHandle {}

  private final class Batch implements Appender {
    private final List<Stored> batch = new ArrayList<>();

    @Override
    public SeriesHandle series(Labels labels) {
      return new Handle(labels);
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, double value) {
      batch.add(new Stored(series.labels(), timestampMillis, value));
      return AppendOutcome.APPENDED;
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, Histogram histogram) {
      return append(series, timestampMillis, histogram.sum());
    }

    @Override
    public void exemplar(SeriesHandle series, Exemplar exemplar) {}

    @Override
    public void metadata(SeriesHandle series, MetricMetadata metadata) {}

    @Override
    public void commit() {
      if (full) {
        throw new StoreUnavailableException("disk full");
      }
      stored.addAll(batch);
    }

    @Override
    public void rollback() {
      batch.clear();
    }
  }

  @Override
  public Queryable queryable() {
    return (from, to) -> new View(from, to);
  }

  private final class View implements Querier {
    private final long from;
    private final long to;

    View(long from, long to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public SeriesSet select(List<Matcher> matchers) {
      TreeMap<Labels, List<Stored>> series = new TreeMap<>();
      for (Stored sample : stored) {
        if (sample.atMillis() >= from && sample.atMillis() <= to && matchers.stream().allMatch(m -> m.matches(sample.labels()))) {
          series.computeIfAbsent(sample.labels(), labels -> new ArrayList<>()).add(sample);
        }
      }
      return SeriesSet.of(series.entrySet().stream().map(e -> new StoredSeries(e.getKey(), e.getValue())).toList());
    }

    @Override
    public List<String> labelValues(String name, List<Matcher> matchers, int limit) {
      return List.of();
    }

    @Override
    public List<String> labelNames(List<Matcher> matchers, int limit) {
      return List.of();
    }

    @Override
    public void close() {}
  }

  private record StoredSeries(Labels labels, List<Stored> samples) implements Series {
    @Override
    public SampleIterator iterator() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(long fromMillis, long toMillis, SampleBuffer into) {
      samples.forEach(sample -> into.add(sample.atMillis(), sample.value()));
    }
  }
}
