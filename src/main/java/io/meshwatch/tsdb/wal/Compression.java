package io.meshwatch.tsdb.wal;

/** How records of the log are compressed when they are written; all kinds are read. */
public enum Compression {
  NONE,
  SNAPPY,
  /** Smaller than snappy for more time; Prometheus reads it from 2.48 on. */
  ZSTD
}
