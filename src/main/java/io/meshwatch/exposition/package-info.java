/**
 * Floor 1. What targets say at {@code /metrics}: Prometheus text, OpenMetrics and protobuf, read (hot) and written. Open
 * {@link io.meshwatch.exposition.ExpositionParser} first, then {@link io.meshwatch.exposition.ExpositionSink}.
 */
@NullMarked
package io.meshwatch.exposition;

import org.jspecify.annotations.NullMarked;
