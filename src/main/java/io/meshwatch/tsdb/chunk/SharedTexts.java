package io.meshwatch.tsdb.chunk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One instance of each short text that was read, found by its bytes: texts that come again and again are neither decoded nor
 * allocated again. An open-addressed table; the bytes of all texts lie behind one another in one array. Confined to one thread.
 */
public final class SharedTexts {
  /** Longer texts hardly ever come twice. */
  private static final int TEXT_BYTES_MAX = 128;
  /** When so many are known, further ones are not kept: they are surely values that each series has for itself. */
  private static final int TEXTS_MAX = 1 << 19;
  /** A text whose place is so far from where it belongs is not kept, so that texts that were made to collide cost little. */
  private static final int PROBES_MAX = 32;

  private @Nullable String[] texts = new String[1024];
  private int[] hashes = new int[texts.length];
  private int[] starts = new int[texts.length];
  private int[] lengths = new int[texts.length];
  private byte[] known = new byte[16 * 1024];
  private int knownBytes;
  private int size;

  /** The text with these UTF-8 bytes. */
  public String of(byte[] bytes, int offset, int length) {
    if (length > TEXT_BYTES_MAX) {
      return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
    int hash = hash(bytes, offset, length);
    int slot = hash & (texts.length - 1);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      String text = texts[slot];
      if (text == null) {
        return added(slot, hash, bytes, offset, length);
      }
      if (hashes[slot] == hash
          && Arrays.equals(known, starts[slot], starts[slot] + lengths[slot], bytes, offset, offset + length)) {
        return text;
      }
      slot = (slot + 1) & (texts.length - 1);
    }
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  private String added(int slot, int hash, byte[] bytes, int offset, int length) {
    String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
    if (size == TEXTS_MAX) {
      return text;
    }
    if (knownBytes + length > known.length) {
      known = Arrays.copyOf(known, Math.max(knownBytes + length, known.length * 2));
    }
    System.arraycopy(bytes, offset, known, knownBytes, length);
    texts[slot] = text;
    hashes[slot] = hash;
    starts[slot] = knownBytes;
    lengths[slot] = length;
    knownBytes += length;
    size++;
    if (2 * size > texts.length) {
      grow();
    }
    return text;
  }

  private void grow() {
    @Nullable String[] oldTexts = texts;
    int[] oldHashes = hashes;
    int[] oldStarts = starts;
    int[] oldLengths = lengths;
    int slots = 2 * oldTexts.length;
    texts = new String[slots];
    hashes = new int[slots];
    starts = new int[slots];
    lengths = new int[slots];
    for (int i = 0; i < oldTexts.length; i++) {
      if (oldTexts[i] != null) {
        int slot = oldHashes[i] & (slots - 1);
        while (texts[slot] != null) {
          slot = (slot + 1) & (slots - 1);
        }
        texts[slot] = oldTexts[i];
        hashes[slot] = oldHashes[i];
        starts[slot] = oldStarts[i];
        lengths[slot] = oldLengths[i];
      }
    }
  }

  private static int hash(byte[] bytes, int offset, int length) {
    int hash = length;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    // The lower bits choose the slot: the upper ones are mixed into them.
    return hash ^ (hash >>> 15);
  }
}
