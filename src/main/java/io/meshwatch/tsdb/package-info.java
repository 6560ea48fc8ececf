/**
 * Floor 1. The store of samples. Its data folder is Prometheus' data folder: write-ahead log, head chunks and blocks, so that
 * Prometheus' own tools read it and a real Prometheus starts on it. Open {@link io.meshwatch.tsdb.Store} first.
 */
@NullMarked
package io.meshwatch.tsdb;

import org.jspecify.annotations.NullMarked;
