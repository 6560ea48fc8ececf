/**
 * Floor 2. Prometheus' remote write protocol, versions 1.0 and 2.0, the receiving side, and remote read, the answering side. Open
 * {@link io.meshwatch.engine.remote.RemoteWriteReceiver} first.
 */
@NullMarked
package io.meshwatch.engine.remote;

import org.jspecify.annotations.NullMarked;
