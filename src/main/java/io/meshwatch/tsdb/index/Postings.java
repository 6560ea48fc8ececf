package io.meshwatch.tsdb.index;

import java.util.Arrays;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * References of series, ascending and each once. A view: the array may be longer than the size and is not to be written to.
 *
 * @param references the array
 * @param size how many of its first elements count
 */
public record Postings(int[] references, int size) {
  public static final Postings EMPTY = new Postings(new int[0], 0);
  /** Up to this ratio of sizes both lists are walked step by step; beyond it the longer one is searched. */
  private static final int SEARCH_RATIO = 32;

  public int get(int index) {
    return references[index];
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** The references that are in both. */
  public static Postings and(Postings a, Postings b) {
    Postings small = a.size <= b.size ? a : b;
    Postings large = a.size <= b.size ? b : a;
    int[] out = new int[small.size];
    int count = 0;
    boolean search = (long) small.size * SEARCH_RATIO < large.size;
    int at = 0;
    for (int i = 0; i < small.size && at < large.size; i++) {
      int wanted = small.references[i];
      at = search ? searchFrom(large, at, wanted) : walkFrom(large, at, wanted);
      if (at < large.size && large.references[at] == wanted) {
        out[count++] = wanted;
      }
    }
    return new Postings(out, count);
  }

  /** The references of the first list that are not in the second. */
  public static Postings andNot(Postings all, Postings without) {
    if (without.size == 0) {
      return all;
    }
    int[] out = new int[all.size];
    int count = 0;
    int at = 0;
    for (int i = 0; i < all.size; i++) {
      int reference = all.references[i];
      at = walkFrom(without, at, reference);
      if (at == without.size || without.references[at] != reference) {
        out[count++] = reference;
      }
    }
    return new Postings(out, count);
  }

  /** The references that are in any of the lists. */
  public static Postings or(List<Postings> lists) {
    if (lists.isEmpty()) {
      return EMPTY;
    }
    if (lists.size() == 1) {
      return lists.getFirst();
    }
    RoaringBitmap union = new RoaringBitmap();
    for (Postings list : lists) {
      union.addN(list.references, 0, list.size);
    }
    int[] references = union.toArray();
    return new Postings(references, references.length);
  }

  private static int walkFrom(Postings list, int from, int wanted) {
    int at = from;
    while (at < list.size && list.references[at] < wanted) {
      at++;
    }
    return at;
  }

  private static int searchFrom(Postings list, int from, int wanted) {
    int step = 1;
    int low = from;
    int high = from;
    while (high < list.size && list.references[high] < wanted) {
      low = high;
      high += step;
      step *= 2;
    }
    int found = Arrays.binarySearch(list.references, low, Math.min(high + 1, list.size), wanted);
    return found >= 0 ? found : -found - 1;
  }
}
