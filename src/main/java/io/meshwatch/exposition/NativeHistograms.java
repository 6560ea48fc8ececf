package io.meshwatch.exposition;

/** What to do with native histograms of a protobuf page; each may carry classic buckets beside. */
public enum NativeHistograms {
  /** Only the classic buckets. */
  IGNORE,
  /** The native histogram, and the classic buckets only where there is no native one. */
  PREFER,
  /** Both. */
  BOTH
}
