package io.meshwatch.engine;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Queryable;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;
import java.util.List;
import java.util.Map;

/** A store with PromQL. Safe for all threads. */
public interface Engine {
  /** A new batch. */
  Appender appender();

  /** The series themselves, for metadata, export and evaluation. */
  Queryable queryable();

  /**
   * Evaluates at one time.
   *
   * @throws io.meshwatch.promql.ParseException if it is not PromQL
   * @throws io.meshwatch.promql.QueryException if it cannot be answered
   */
  QueryResult query(String expression, long atMillis, QueryLimits limits) throws InterruptedException;

  /** Evaluates at {@code start, start + step … end}; errors as in {@link #query}. */
  QueryResult queryRange(String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits)
      throws InterruptedException;

  /** Which parts of the language are switched on. */
  default ParserOptions language() {
    return ParserOptions.STABLE;
  }

  /** Exemplars of series that meet all matchers of any of the lists, by series, ascending in time. */
  default Map<Labels, List<Exemplar>> exemplars(long fromMillis, long toMillis, List<List<Matcher>> selectors) {
    return Map.of();
  }

  /** What senders of samples said about metric families, by metric name. */
  default Map<String, List<MetricMetadata>> metadata() {
    return Map.of();
  }
}
