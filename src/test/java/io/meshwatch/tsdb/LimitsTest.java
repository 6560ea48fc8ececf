package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.head.LabelLimits;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What happens when a limit is hit: only new series are refused, and the reason can be read. */
class LimitsTest {
  private static final long START = 1_700_000_000_000L;

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);

  private Store open(int seriesMax, LabelLimits labels) throws IOException {
    return open(seriesMax, labels, 0);
  }

  private Store open(int seriesMax, LabelLimits labels, long chunkBytesMax) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, 0, 0, 0, 600, seriesMax, 10, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0, labels, true, chunkBytesMax);
    return Store.open(Path.of("/data"), settings, simulation.time(), simulation.disk(), new InlineWorkers(), new Telemetry());
  }

  private static String refusal(Store store, Labels labels) {
    Appender batch = store.appender();
    SeriesHandle handle = batch.series(labels);
    assertThat(batch.append(handle, START, 1)).isEqualTo(AppendOutcome.SERIES_LIMIT);
    batch.rollback();
    return handle.refusal();
  }

  @Test
  void namesTargetMetricAndLabelWhenThereAreTooManySeries() throws IOException {
    try (Store store = open(3, LabelLimits.DEFAULT)) {
      for (int i = 0; i < 3; i++) {
        Appender batch = store.appender();
        batch.append(batch.series(request(i)), START, 1);
        batch.commit();
      }
      assertThat(refusal(store, request(4))).isEqualTo(
          "new series http_requests_total of job \"shop\", instance \"a:1\" is refused: the limit of 3 series is reached; "
              + "of its labels, uri has the most values, 3");
      Appender batch = store.appender();
      assertThat(batch.append(batch.series(request(1)), START + 1, 1)).isEqualTo(AppendOutcome.APPENDED);
      batch.commit();
    }
  }

  @Test
  void namesTargetMetricAndLabelWhenChunksTakeTooMuchMemory() throws IOException {
    try (Store store = open(0, LabelLimits.DEFAULT, 5_000)) {
      int made = 0;
      while (put(store, request(made), START)) {
        made++;
      }
      assertThat(made).isBetween(50, 70);
      assertThat(refusal(store, request(made)))
          .startsWith("new series http_requests_total of job \"shop\", instance \"a:1\" is refused: the chunks in memory have ")
          .endsWith("bytes, the limit of 5000 is reached; of its labels, uri has the most values, " + made);
      assertThat(put(store, request(1), START + 1)).as("a known series goes on").isTrue();
    }
  }

  @Test
  void takesNewSeriesAgainWhenFullChunksHaveLeftTheMemory() throws IOException {
    try (Store store = open(0, LabelLimits.DEFAULT, 5_000)) {
      for (int i = 0; i < 2_000; i++) {
        for (int uri = 0; uri < 3; uri++) {
          assertThat(put(store, request(uri), START + i)).isTrue();
        }
      }
      store.maintain();
      assertThat(put(store, request(3), START)).as("full chunks are in files").isTrue();
    }
  }

  private static boolean put(Store store, Labels labels, long time) {
    Appender batch = store.appender();
    boolean taken = batch.append(batch.series(labels), time, Math.sin((double) time)) == AppendOutcome.APPENDED;
    batch.commit();
    return taken;
  }

  private static Labels request(int uri) {
    return Labels.of("__name__", "http_requests_total", "job", "shop", "instance", "a:1", "uri", "/" + uri);
  }

  @Test
  void refusesLabelsBeyondTheirLimits() throws IOException {
    try (Store store = open(0, new LabelLimits(3, 10, 20))) {
      assertThat(refusal(store, Labels.of("__name__", "m", "a", "1", "b", "2", "c", "3")))
          .isEqualTo("new series m of no target is refused: it has 4 labels, at most 3 are taken; the last is c");
      assertThat(refusal(store, Labels.of("__name__", "m", "elevenchars", "1"))).endsWith("the name of its label \"elevenchars\" is longer than 10 bytes");
      assertThat(refusal(store, Labels.of("__name__", "m", "job", "j", "a", "x".repeat(21))))
          .startsWith("new series m of job \"j\", instance \"\" is refused: the value of its label a").endsWith("is longer than 20 bytes");
      Appender batch = store.appender();
      assertThat(batch.append(batch.series(Labels.of("__name__", "m", "a", "é".repeat(10))), START, 1)).isEqualTo(AppendOutcome.APPENDED);
      batch.commit();
      assertThat(refusal(store, Labels.of("__name__", "m", "a", "é".repeat(11)))).contains("longer than 20 bytes");
    }
  }
}
