package io.meshwatch.tsdb.wal;

/** How records of the log are compressed when they are written; all kinds are read. */
public enum Compression {
  NONE,
  SNAPPY
}
