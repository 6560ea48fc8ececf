package io.meshwatch.tsdb;

import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.XorEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time per sample: encoding, decoding, and a whole commit of one scrape with log and head. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChunkBenchmark {
  private static final int SAMPLES = 120;
  private static final int SERIES = 1000;
  private static final long START = 1_700_000_000_000L;

  private final long[] times = new long[SAMPLES];
  private final double[] values = new double[SAMPLES];
  private final SampleBuffer buffer = new SampleBuffer();
  private final SeriesHandle[] handles = new SeriesHandle[SERIES];
  private byte[] chunk = {};
  @SuppressWarnings("NullAway.Init") // Set by the set-up that the harness calls first.
  private Store store;
  private long now = START;

  @Setup
  public void fill() throws IOException {
    Random random = new Random(1);
    double value = 0;
    XorEncoder encoder = new XorEncoder(0);
    for (int i = 0; i < SAMPLES; i++) {
      value += random.nextInt(20);
      times[i] = START + i * 15_000L + random.nextInt(3);
      values[i] = value;
      encoder.append(times[i], value);
    }
    chunk = encoder.toBytes();
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(0, 0, 0, 0, 0, 0, 0, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0);
    store =
        Store.open(
            Files.createTempDirectory("meshwatch-bench"), settings, new SimulatedEnvironment(START).time(), new SystemDisk(),
            new InlineWorkers(), new Telemetry());
    Appender batch = store.appender();
    for (int i = 0; i < SERIES; i++) {
      handles[i] = batch.series(Labels.of("__name__", "m", "i", String.valueOf(i), "job", "bench", "instance", "a:1"));
    }
    batch.rollback();
  }

  @TearDown
  public void close() throws IOException {
    store.close();
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public int encode() {
    XorEncoder encoder = new XorEncoder(256);
    for (int i = 0; i < SAMPLES; i++) {
      encoder.append(times[i], values[i]);
    }
    return encoder.sizeBytes();
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public SampleBuffer decode() {
    buffer.clear();
    ChunkBytes.finished(ChunkEncoding.XOR, chunk).read(Long.MIN_VALUE, Long.MAX_VALUE, buffer);
    return buffer;
  }

  @Benchmark
  @OperationsPerInvocation(SERIES)
  public void commitScrape() {
    Appender batch = store.appender();
    for (SeriesHandle handle : handles) {
      batch.append(handle, now, (double) (now % 977));
    }
    batch.commit();
    now += 15_000;
  }
}
