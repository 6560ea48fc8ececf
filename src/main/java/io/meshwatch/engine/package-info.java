/**
 * Floor 2. "Put samples in, ask PromQL", whether the store is embedded or another Prometheus-compatible server. Open
 * {@link io.meshwatch.engine.Engine} first.
 */
@NullMarked
package io.meshwatch.engine;

import org.jspecify.annotations.NullMarked;
