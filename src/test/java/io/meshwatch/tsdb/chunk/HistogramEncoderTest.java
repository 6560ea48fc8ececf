package io.meshwatch.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.model.SampleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistogramEncoderTest {
  @Test
  void givesBackIntegerAndFloatHistograms() {
    for (long seed = 1; seed <= 200; seed++) {
      roundTrip(new Random(seed), seed);
    }
  }

  private static void roundTrip(Random random, long seed) {
    boolean integral = random.nextBoolean();
    List<Histogram> put = new ArrayList<>();
    List<OpenChunk> chunks = new ArrayList<>();
    OpenChunk open = null;
    long time = 1_700_000_000_000L;
    List<Long> times = new ArrayList<>();
    double[] counts = new double[4];
    List<Span> spans = List.of(new Span(-3, 2), new Span(4, 1));
    for (int i = 0; i < 60; i++) {
      if (random.nextInt(25) == 0) {
        spans = List.of(new Span(random.nextInt(9) - 4, 2), new Span(1 + random.nextInt(200), 1));
      }
      if (random.nextInt(20) == 0) {
        counts = new double[4];
      }
      for (int b = 0; b < counts.length; b++) {
        counts[b] += integral ? random.nextInt(1 << random.nextInt(20)) : random.nextDouble() * 10;
      }
      Histogram next = random.nextInt(30) == 0 ? Histogram.stale() : histogram(spans, counts, integral, random.nextGaussian());
      open = HistogramAppender.append(open, time, next);
      if (chunks.isEmpty() || chunks.getLast() != open) {
        chunks.add(open);
      }
      put.add(next);
      times.add(time);
      time += random.nextInt(4) == 0 ? 1 + random.nextInt(100_000) : 15_000;
    }
    SampleBuffer read = new SampleBuffer();
    for (OpenChunk chunk : chunks) {
      ChunkBytes.finished(chunk.encoding(), chunk.toBytes()).read(Long.MIN_VALUE, Long.MAX_VALUE, read);
    }
    assertThat(read.size()).as("seed %d", seed).isEqualTo(put.size());
    for (int i = 0; i < put.size(); i++) {
      assertThat(read.timestamps()[i]).as("time %d, seed %d", i, seed).isEqualTo(times.get(i));
      assertThat(withoutHint(read.histogram(i))).as("histogram %d, seed %d", i, seed).isEqualTo(withoutHint(put.get(i)));
    }
  }

  private static Histogram histogram(List<Span> spans, double[] counts, boolean integral, double sum) {
    return new Histogram(
        ResetHint.UNKNOWN, 2, 0.001, counts[3], counts[0] + counts[1] + counts[2] + counts[3], sum, spans,
        new double[] {counts[0], counts[1], counts[2]}, List.of(), new double[0], new double[0], integral);
  }

  private static Histogram withoutHint(@Nullable Histogram h) {
    assertThat(h).isNotNull();
    if (h == null || h.isStale()) {
      return Histogram.stale();
    }
    return new Histogram(
        ResetHint.UNKNOWN, h.schema(), h.zeroThreshold(), h.zeroCount(), h.count(), h.sum(), h.positiveSpans(), h.positiveBuckets(),
        h.negativeSpans(), h.negativeBuckets(), h.customValues(), h.integral());
  }

  @Test
  void saysThatACounterWasReset() {
    List<Span> spans = List.of(new Span(0, 3));
    OpenChunk first = HistogramAppender.append(null, 1000, histogram(spans, new double[] {5, 5, 5, 5}, true, 1));
    OpenChunk second = HistogramAppender.append(first, 2000, histogram(spans, new double[] {1, 1, 1, 1}, true, 1));
    assertThat(second).isNotSameAs(first);
    SampleBuffer read = new SampleBuffer();
    ChunkBytes.finished(second.encoding(), second.toBytes()).read(0, 9000, read);
    assertThat(read.histogram(0)).isNotNull().extracting(Histogram::resetHint).isEqualTo(ResetHint.RESET);
  }

  @Test
  void keepsCustomBounds() {
    Histogram custom = new Histogram(
        ResetHint.UNKNOWN, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, 6, 12.5, List.of(new Span(0, 3)), new double[] {1, 2, 3}, List.of(),
        new double[0], new double[] {0.005, 1, 1234.56789}, true);
    OpenChunk chunk = HistogramAppender.append(null, 1000, custom);
    SampleBuffer read = new SampleBuffer();
    ChunkBytes.finished(chunk.encoding(), chunk.toBytes()).read(0, 9000, read);
    assertThat(read.histogram(0)).isEqualTo(custom);
  }
}
