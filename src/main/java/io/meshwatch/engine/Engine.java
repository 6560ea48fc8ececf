package io.meshwatch.engine;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Queryable;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;

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
}
