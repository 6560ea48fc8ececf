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
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.MemoryStore;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.QueryEngine;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.QueryResult;
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
  private final Map<String, Expr> parsed = new HashMap<>();

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
    return queries.instant(store, parsed(expression), expression, atMillis, limits);
  }

  @Override
  public QueryResult queryRange(String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    return queries.range(store, parsed(expression), expression, startMillis, endMillis, stepMillis, limits);
  }

  private Expr parsed(String expression) {
    if (parsed.size() >= PARSED_MAX) {
      parsed.clear();
    }
    return parsed.computeIfAbsent(expression, queries::parse);
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
