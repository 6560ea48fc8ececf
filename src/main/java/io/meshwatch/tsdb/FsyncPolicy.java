package io.meshwatch.tsdb;

/** When the log is forced from the operating system's memory to the disk. */
public enum FsyncPolicy {
  /** Every few seconds and at the end of a segment: what was acknowledged survives the end of the process, not always of power. */
  INTERVAL,
  /** Before a batch is acknowledged: it survives loss of power too, and each batch waits for the disk. */
  ALWAYS
}
