package io.meshwatch.tsdb.head;

/** Which hashes have been seen. An open-addressed table; confined to one thread. */
final class SeenHashes {
  /** Stands for a hash of zero, whose slot would look empty. */
  private static final int ZERO = 0x9E3779B9;

  private int[] slots = new int[1024];
  private int size;

  /** Adds a hash; false if it was there already. */
  boolean add(int hash) {
    if (2 * size >= slots.length) {
      grow();
    }
    boolean isNew = put(slots, hash == 0 ? ZERO : hash);
    size += isNew ? 1 : 0;
    return isNew;
  }

  private void grow() {
    int[] grown = new int[2 * slots.length];
    for (int hash : slots) {
      if (hash != 0) {
        put(grown, hash);
      }
    }
    slots = grown;
  }

  private static boolean put(int[] slots, int hash) {
    int mask = slots.length - 1;
    // The upper bits choose the slot: texts that follow one another differ in the lower ones.
    int at = ((hash * ZERO) >>> 7) & mask;
    while (slots[at] != 0 && slots[at] != hash) {
      at = (at + 1) & mask;
    }
    boolean isNew = slots[at] == 0;
    slots[at] = hash;
    return isNew;
  }
}
