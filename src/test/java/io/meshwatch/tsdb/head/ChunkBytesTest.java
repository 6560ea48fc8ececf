package io.meshwatch.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of chunks in memory are counted while they change; counted anew, they are the same. */
class ChunkBytesTest {
  private static final long START = 1_700_000_000_000L;

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  private final Random random = new Random(7);

  @Test
  void followAppendingWritingCuttingAndDropping() throws IOException {
    HeadOptions options = new HeadOptions(7_200_000, 0, 0, 600_000, 0, 10, LabelLimits.DEFAULT);
    try (Head head = new Head(simulation.time(), options, new HeadMetrics(new Telemetry()), simulation.disk(), Path.of("/chunks"))) {
      for (int step = 0; step < 3_000; step++) {
        append(head, START + step * 15_000L, step / 100);
        if (step % 400 == 399) {
          head.writeFullChunks();
        }
        if (step % 900 == 899) {
          head.truncate(START + (step - 500) * 15_000L, 0);
        }
        if (step % 50 == 0) {
          assertThat(head.chunkBytes()).as("after step %d", step).isPositive().isEqualTo(countedAnew(head));
        }
      }
    }
  }

  private static long countedAnew(Head head) {
    return head.allSeries().stream().mapToLong(HeadSeries::chunkBytes).sum();
  }

  /** Some series end and others begin with each generation; one batch is taken back. */
  private void append(Head head, long time, int generation) {
    Appender batch = head.appender();
    for (int i = 0; i < 5; i++) {
      batch.append(batch.series(Labels.of("__name__", "floats", "i", "" + (generation + i))), time, random.nextGaussian());
    }
    batch.append(batch.series(Labels.of("__name__", "late")), time - random.nextInt(100_000), 1);
    batch.append(batch.series(Labels.of("__name__", "histograms", "generation", "" + generation)), time, Histogram.stale());
    if (random.nextInt(50) == 0) {
      batch.series(Labels.of("__name__", "never", "time", "" + time));
      batch.rollback();
    } else {
      batch.commit();
    }
  }
}
