package io.meshwatch.tsdb.chunk;

import org.jspecify.annotations.Nullable;

/** How the samples of a chunk are encoded; the code is the byte on disk. */
public enum ChunkEncoding {
  XOR(1),
  HISTOGRAM(2),
  FLOAT_HISTOGRAM(3);

  private final byte code;

  ChunkEncoding(int code) {
    this.code = (byte) code;
  }

  public byte code() {
    return code;
  }

  /** The encoding of a byte on disk, or null if there is none. */
  public static @Nullable ChunkEncoding of(int code) {
    return switch (code) {
      case 1 -> XOR;
      case 2 -> HISTOGRAM;
      case 3 -> FLOAT_HISTOGRAM;
      default -> null;
    };
  }
}
