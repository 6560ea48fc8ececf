/**
 * Floor 1. The write-ahead log: numbered segments of checksummed records, checkpoints, and what the records say. Open
 * {@link io.meshwatch.tsdb.wal.LogWriter} first.
 */
@NullMarked
package io.meshwatch.tsdb.wal;

import org.jspecify.annotations.NullMarked;
