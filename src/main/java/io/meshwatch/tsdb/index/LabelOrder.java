package io.meshwatch.tsdb.index;

import io.meshwatch.model.Labels;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The order by labels of the first series of an index, so that what a query finds need not be sorted by comparing labels again and
 * again: it is brought in order by its ranks. Series that came later are sorted by their labels and merged in; when they are many, a
 * new order is made. Eight bytes a series. Immutable.
 */
final class LabelOrder {
  static final LabelOrder EMPTY = new LabelOrder(new int[0]);
  /** So many series without a rank are sorted for each query; beyond that, and an eighth of all, a new order pays. */
  private static final int UNRANKED_MAX = 1024;
  /** From one series in so many on, marking ranks in a set of all is quicker than sorting them. */
  private static final int MARK_RATIO = 64;

  private final int[] numberOf;
  private final int[] rankOf;

  private LabelOrder(int[] numberOf) {
    this.numberOf = numberOf;
    this.rankOf = new int[numberOf.length];
    for (int rank = 0; rank < numberOf.length; rank++) {
      rankOf[numberOf[rank]] = rank;
    }
  }

  /** Whether so many series have no rank that sorting them each time costs too much. */
  boolean isOutdated(int seriesCount) {
    int unranked = seriesCount - numberOf.length;
    return unranked > UNRANKED_MAX && unranked > numberOf.length / 8;
  }

  /** An order that also has the series up to a number. */
  LabelOrder extended(int seriesCount, IntFunction<Labels> labels) {
    int[] later = sortedByLabels(IntStream.range(numberOf.length, seriesCount).toArray(), labels);
    return new LabelOrder(merged(numberOf, later, labels));
  }

  /** The found series by their labels. */
  int[] sorted(Postings found, IntFunction<Labels> labels) {
    int ranked = firstUnranked(found);
    int[] inOrder = byRank(found, ranked);
    if (ranked == found.size()) {
      return inOrder;
    }
    int[] later = Arrays.copyOfRange(found.references(), ranked, found.size());
    return merged(inOrder, sortedByLabels(later, labels), labels);
  }

  private int firstUnranked(Postings found) {
    int at = Arrays.binarySearch(found.references(), 0, found.size(), numberOf.length);
    return at >= 0 ? at : -at - 1;
  }

  private int[] byRank(Postings found, int count) {
    int[] out = new int[count];
    if ((long) count * MARK_RATIO < numberOf.length) {
      for (int i = 0; i < count; i++) {
        out[i] = rankOf[found.get(i)];
      }
      Arrays.sort(out);
      for (int i = 0; i < count; i++) {
        out[i] = numberOf[out[i]];
      }
      return out;
    }
    BitSet ranks = new BitSet(numberOf.length);
    for (int i = 0; i < count; i++) {
      ranks.set(rankOf[found.get(i)]);
    }
    int at = 0;
    for (int rank = ranks.nextSetBit(0); rank >= 0; rank = ranks.nextSetBit(rank + 1)) {
      out[at++] = numberOf[rank];
    }
    return out;
  }

  private static int[] sortedByLabels(int[] numbers, IntFunction<Labels> labels) {
    return Arrays.stream(numbers).boxed().sorted(Comparator.comparing(labels::apply)).mapToInt(Integer::intValue).toArray();
  }

  private static int[] merged(int[] a, int[] b, IntFunction<Labels> labels) {
    int[] out = new int[a.length + b.length];
    int i = 0;
    int j = 0;
    for (int at = 0; at < out.length; at++) {
      boolean takeA = j == b.length || (i < a.length && labels.apply(a[i]).compareTo(labels.apply(b[j])) <= 0);
      out[at] = takeA ? a[i++] : b[j++];
    }
    return out;
  }
}
