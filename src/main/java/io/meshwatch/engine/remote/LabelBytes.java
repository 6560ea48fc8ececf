package io.meshwatch.engine.remote;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The encoded labels of a series as a key: a part of an array, compared byte by byte. */
final class LabelBytes {
  private final byte[] bytes;
  private final int from;
  private final int to;
  private final int hash;

  private LabelBytes(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    int h = 1;
    for (int i = from; i < to; i++) {
      h = 31 * h + bytes[i];
    }
    hash = h;
  }

  /** A key for looking up, valid while the array is not changed. */
  static LabelBytes probe(byte[] bytes, int from, int to) {
    return new LabelBytes(bytes, from, to);
  }

  /** A key to keep. */
  static LabelBytes copy(byte[] bytes, int from, int to) {
    return new LabelBytes(Arrays.copyOfRange(bytes, from, to), 0, to - from);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LabelBytes key && hash == key.hash && Arrays.equals(bytes, from, to, key.bytes, key.from, key.to);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
