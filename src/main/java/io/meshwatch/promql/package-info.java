/**
 * Floor 1. PromQL: parse, type-check and evaluate over a {@link io.meshwatch.model.Queryable}. Open
 * {@link io.meshwatch.promql.Expr} first, then {@link io.meshwatch.promql.QueryResult}.
 */
@NullMarked
package io.meshwatch.promql;

import org.jspecify.annotations.NullMarked;
