package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import java.util.Arrays;
import java.util.List;

/** Tells whether a histogram can follow another one within a chunk, and if not, what the next chunk says about a reset. */
final class CounterResets {
  private CounterResets() {}

  /** The hint of a chunk that begins with {@code next} after {@code previous}. */
  static ResetHint between(Histogram previous, Histogram next) {
    if (next.resetHint() == ResetHint.GAUGE) {
      return ResetHint.GAUGE;
    }
    if (next.isStale() || previous.isStale()) {
      return ResetHint.UNKNOWN;
    }
    return next.resetHint() == ResetHint.RESET || happened(previous, next) ? ResetHint.RESET : ResetHint.NOT_RESET;
  }

  /** Whether any count went down, or cannot be compared because the resolution changed. */
  static boolean happened(Histogram previous, Histogram next) {
    return next.count() < previous.count()
        || next.zeroCount() < previous.zeroCount()
        || previous.schema() != next.schema()
        || previous.zeroThreshold() != next.zeroThreshold()
        || !Arrays.equals(previous.customValues(), next.customValues())
        || wentDown(previous.positiveSpans(), previous.positiveBuckets(), next.positiveSpans(), next.positiveBuckets())
        || wentDown(previous.negativeSpans(), previous.negativeBuckets(), next.negativeSpans(), next.negativeBuckets());
  }

  private static boolean wentDown(List<Span> oldSpans, double[] old, List<Span> newSpans, double[] counts) {
    if (oldSpans.equals(newSpans)) {
      for (int i = 0; i < old.length; i++) {
        if (counts[i] < old[i]) {
          return true;
        }
      }
      return false;
    }
    int[] oldIndexes = indexes(oldSpans, old.length);
    int[] newIndexes = indexes(newSpans, counts.length);
    int at = 0;
    for (int i = 0; i < old.length; i++) {
      while (at < newIndexes.length && newIndexes[at] < oldIndexes[i]) {
        at++;
      }
      double now = at < newIndexes.length && newIndexes[at] == oldIndexes[i] ? counts[at] : 0;
      if (now < old[i]) {
        return true;
      }
    }
    return false;
  }

  private static int[] indexes(List<Span> spans, int length) {
    int[] indexes = new int[length];
    int at = 0;
    int index = 0;
    for (Span span : spans) {
      index += span.offset();
      for (int i = 0; i < span.length(); i++) {
        indexes[at++] = index++;
      }
    }
    return indexes;
  }
}
