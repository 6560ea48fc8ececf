package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Spreads series evenly over 0…1 by their labels: xxHash64 of name and value in turn, each with its length in front, which is how
 * Prometheus hashes labels.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash</a>
 */
final class SeriesHash {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;
  /** Without the carry that does not fit into 64 bits. */
  private static final long P1_PLUS_P2 = 0x60EA27EEADC0B5D6L;

  private static final int STRIPE_BYTES = 32;

  private SeriesHash() {}

  static double of(Labels labels) {
    long hash = hash(encoded(labels));
    return ((hash >>> 1) * 2.0 + (hash & 1)) / 0x1p64;
  }

  private static ByteBuffer encoded(Labels labels) {
    byte[][] parts = new byte[labels.size() * 2][];
    int length = 0;
    for (int i = 0; i < labels.size(); i++) {
      parts[2 * i] = labels.name(i).getBytes(StandardCharsets.UTF_8);
      parts[2 * i + 1] = labels.value(i).getBytes(StandardCharsets.UTF_8);
      length += parts[2 * i].length + parts[2 * i + 1].length + 8;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (byte[] part : parts) {
      if (part.length < 255) {
        bytes.put((byte) part.length);
      } else {
        bytes.put((byte) 255).put((byte) part.length).put((byte) (part.length >> 8)).put((byte) (part.length >> 16));
      }
      bytes.put(part);
    }
    return bytes.flip();
  }

  private static long hash(ByteBuffer in) {
    long length = in.remaining();
    long h = P5;
    if (length >= STRIPE_BYTES) {
      long a = P1_PLUS_P2;
      long b = P2;
      long c = 0;
      long d = -P1;
      while (in.remaining() >= STRIPE_BYTES) {
        a = round(a, in.getLong());
        b = round(b, in.getLong());
        c = round(c, in.getLong());
        d = round(d, in.getLong());
      }
      h = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
      for (long lane : new long[] {a, b, c, d}) {
        h = (h ^ round(0, lane)) * P1 + P4;
      }
    }
    return avalanche(tail(in, h + length));
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * P2, 31) * P1;
  }

  private static long tail(ByteBuffer in, long seed) {
    long h = seed;
    while (in.remaining() >= 8) {
      h = Long.rotateLeft(h ^ round(0, in.getLong()), 27) * P1 + P4;
    }
    if (in.remaining() >= 4) {
      h = Long.rotateLeft(h ^ ((in.getInt() & 0xFFFFFFFFL) * P1), 23) * P2 + P3;
    }
    while (in.hasRemaining()) {
      h = Long.rotateLeft(h ^ ((in.get() & 0xFF) * P5), 11) * P1;
    }
    return h;
  }

  private static long avalanche(long hash) {
    long h = (hash ^ (hash >>> 33)) * P2;
    h = (h ^ (h >>> 29)) * P3;
    return h ^ (h >>> 32);
  }
}
