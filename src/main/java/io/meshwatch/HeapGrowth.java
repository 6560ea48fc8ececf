package io.meshwatch;

/**
 * Whether it pays to mark what is alive in the heap: only what has come since the last marking can be dead. Marking is left out while there is little of
 * that, but not for long, as memory outside the heap is also let go of by marking. Safe for all threads.
 */
final class HeapGrowth {
  /** Old objects take so many times what was left of them. */
  private static final double GROWN = 1.1;
  /** How often in a row marking may be left out: it is also what makes the heap smaller after a peak. */
  private static final int LEFT_OUT_MAX = 2;

  /** Least bytes seen since the last marking; 0 before the first one, which thus is always due. */
  private long least;
  private int leftOut;

  /** Notes how many bytes old objects take; after a marking they become fewer little by little. */
  synchronized void saw(long bytes) {
    least = Math.min(least, bytes);
  }

  /** Whether to mark now that old objects take so many bytes; who gets true does it. */
  synchronized boolean isMarkingDue(long bytes) {
    saw(bytes);
    if (bytes <= GROWN * least && leftOut < LEFT_OUT_MAX) {
      leftOut++;
      return false;
    }
    least = bytes;
    leftOut = 0;
    return true;
  }
}
