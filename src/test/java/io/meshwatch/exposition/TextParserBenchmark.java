package io.meshwatch.exposition;

import io.meshwatch.Shared;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.MetricMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long a page of node_exporter (507 series, 62 kB) takes: the first time, and when it says the same series again. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class TextParserBenchmark {
  private byte[] page = new byte[0];
  private final List<byte[]> series = new ArrayList<>();

  @Setup
  public void readPage() throws IOException {
    page = Files.readAllBytes(Shared.folder("corpora/exposition/node_exporter.txt"));
    ExpositionParser.parse(
        ExpositionFormat.TEXT_0_0_4,
        page,
        page.length,
        new Sum() {
          @Override
          public void sample(byte[] bytes, int from, int to, double value, long timestampMillis) {
            series.add(Arrays.copyOfRange(bytes, from, to));
          }
        });
  }

  @Benchmark
  public double unknownSeries() {
    Sum sum = new Sum();
    ExpositionParser.parse(ExpositionFormat.TEXT_0_0_4, page, page.length, sum);
    return sum.total;
  }

  @Benchmark
  public double knownSeries() {
    Sum sum =
        new Sum() {
          private int next;

          @Override
          public int recognize(byte[] bytes, int from, int limit) {
            byte[] expected = series.get(next);
            boolean same = limit - from >= expected.length && Arrays.equals(bytes, from, from + expected.length, expected, 0, expected.length);
            next++;
            return same ? expected.length : 0;
          }
        };
    ExpositionParser.parse(ExpositionFormat.TEXT_0_0_4, page, page.length, sum);
    return sum.total;
  }

  /** Takes values only. */
  private static class Sum implements ExpositionSink {
    double total;

    @Override
    public void type(byte[] bytes, int nameFrom, int nameTo, MetricMetadata.Type type) {}

    @Override
    public void help(byte[] bytes, int nameFrom, int nameTo, int textFrom, int textTo) {}

    @Override
    public void unit(byte[] bytes, int nameFrom, int nameTo, int textFrom, int textTo) {}

    @Override
    public void sample(byte[] bytes, int seriesFrom, int seriesTo, double value, long timestampMillis) {
      total += value;
    }

    @Override
    public void histogram(byte[] bytes, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis) {}

    @Override
    public void exemplar(byte[] bytes, int labelsFrom, int labelsTo, double value, long timestampMillis) {}

    @Override
    public void created(long timestampMillis) {}
  }
}
