package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.promql.MemoryStore;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.PreparedQuery;
import io.meshwatch.promql.QueryEngine;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.QueryStatistics;
import io.meshwatch.promql.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An engine that holds a few series in memory, for unit tests of rules. Confined to one thread. */
final class MemoryEngine implements Engine {
  private static final int PARSED_MAX = 10_000;

  private final MemoryStore store = new MemoryStore();
  private final QueryEngine queries;
  /** The same few expressions are asked again and again. */
  private final Map<String, Known> known = new HashMap<>();

  /** A parsed expression, and whether it can have a result with the series there were when that was last looked up. */
  private record Known(PreparedQuery query, int seriesCount, boolean possible) {}

  MemoryEngine(Environment environment, long subqueryStepMillis) {
    QueryOptions options = new QueryOptions(ParserOptions.ALL, false, subqueryStepMillis);
    this.queries = new QueryEngine(options, new InlineWorkers(), environment.clock());
  }

  MemoryStore store() {
    return store;
  }

  @Override
  public Appender appender() {
    return new Batch();
  }

  @Override
  public Queryable queryable() {
    return store;
  }

  @Override
  public QueryResult query(String expression, long atMillis, QueryLimits limits) {
    Known asked = known(expression);
    // Most rules of a file have no series in a single test; what cannot have a result is not computed.
    return asked.possible
        ? queries.instant(store, asked.query, atMillis, limits)
        : new QueryResult(new Value.Vector(List.of()), List.of(), List.of(), QueryStatistics.NONE);
  }

  @Override
  public QueryResult queryRange(String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    return queries.range(store, known(expression).query, startMillis, endMillis, stepMillis, limits);
  }

  private Known known(String expression) {
    Known before = known.get(expression);
    if (before != null && before.seriesCount == store.seriesCount()) {
      return before;
    }
    if (known.size() >= PARSED_MAX) {
      known.clear();
    }
    PreparedQuery query = before == null ? queries.prepare(expression) : before.query;
    boolean possible = (before != null && before.possible) || new ResultPossibility(store::has).of(query.expr());
    Known now = new Known(query, store.seriesCount(), possible);
    known.put(expression, now);
    return now;
  }

  private record Handle(Labels labels) implements SeriesHandle {}

  private final class Batch implements Appender {
    private final List<Runnable> samples = new ArrayList<>();

    @Override
    public SeriesHandle series(Labels labels) {
      return new Handle(labels);
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, double value) {
      samples.add(() -> store.add(series.labels(), timestampMillis, value));
      return AppendOutcome.APPENDED;
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, Histogram histogram) {
      samples.add(() -> store.add(series.labels(), timestampMillis, histogram));
      return AppendOutcome.APPENDED;
    }

    @Override
    public void exemplar(SeriesHandle series, Exemplar exemplar) {
      // Rules have none.
    }

    @Override
    public void metadata(SeriesHandle series, MetricMetadata metadata) {
      // Rules have none.
    }

    @Override
    public void commit() {
      samples.forEach(Runnable::run);
      samples.clear();
    }

    @Override
    public void rollback() {
      samples.clear();
    }
  }
}
