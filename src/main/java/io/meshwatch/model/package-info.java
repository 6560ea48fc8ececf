/**
 * Floor 0. The words everything else is said in: labels, samples, series, alerts, and the interfaces by which the store is
 * written and read. Nothing here does I/O, starts a thread or knows the time. Open {@link io.meshwatch.model.Labels} first,
 * then {@link io.meshwatch.model.Queryable} and {@link io.meshwatch.model.Appender}.
 */
@NullMarked
package io.meshwatch.model;

import org.jspecify.annotations.NullMarked;
