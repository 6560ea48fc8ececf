package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import org.jspecify.annotations.Nullable;

/** Decides whether a histogram goes on in a chunk or starts a new one. */
public final class HistogramAppender {
  private HistogramAppender() {}

  /** Appends to the chunk and returns it, or returns a new chunk with the sample because the old one cannot hold it. */
  public static OpenChunk append(@Nullable OpenChunk open, long timeMillis, Histogram sample) {
    if (open instanceof HistogramEncoder integers && integers.accepts(sample)) {
      integers.append(timeMillis, sample);
      return integers;
    }
    if (open instanceof FloatHistogramEncoder floats && floats.accepts(sample)) {
      floats.append(timeMillis, sample);
      return floats;
    }
    return start(timeMillis, sample, hintAfter(open, sample));
  }

  /** A new chunk with one sample. */
  public static OpenChunk start(long timeMillis, Histogram sample, ResetHint hint) {
    return sample.integral() ? new HistogramEncoder(timeMillis, sample, hint) : new FloatHistogramEncoder(timeMillis, sample, hint);
  }

  /** What a new chunk with this sample says about a reset. */
  public static ResetHint hintAfter(@Nullable OpenChunk before, Histogram sample) {
    return switch (before) {
      case HistogramEncoder integers -> integers.hintFor(sample);
      case FloatHistogramEncoder floats -> floats.hintFor(sample);
      case XorEncoder floatSamples -> sample.resetHint() == ResetHint.GAUGE ? ResetHint.GAUGE : ResetHint.UNKNOWN;
      case null -> sample.resetHint() == ResetHint.GAUGE ? ResetHint.GAUGE : ResetHint.UNKNOWN;
    };
  }
}
