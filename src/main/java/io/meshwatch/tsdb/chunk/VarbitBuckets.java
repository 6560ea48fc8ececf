package io.meshwatch.tsdb.chunk;

/**
 * Widths of the variable-length numbers in histogram chunks: a number is a run of ones that names its bucket, a zero, and the
 * bits; a single zero is the number 0, eight ones are followed by 64 bits.
 */
final class VarbitBuckets {
  private static final int[] BITS = {3, 6, 9, 12, 18, 25, 56};
  static final int COUNT = BITS.length;

  private VarbitBuckets() {}

  static int bits(int bucket) {
    return BITS[bucket];
  }
}
