package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedDisk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.SeriesSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hours and days of a store's life in simulated time. */
class LifeCycleTest {
  private static final long START = 1_699_999_200_000L;
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  private final SimulatedTime time = simulation.time();
  private final SimulatedDisk disk = simulation.disk();
  private final Path folder = Path.of("/data");
  private final List<String> expected = new ArrayList<>();

  private Store open(long retentionSeconds, long outOfOrderSeconds) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        retentionSeconds, 0, 0, outOfOrderSeconds, 600, 0, 100, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0);
    return Store.open(folder, settings, time, disk, new InlineWorkers(), new Telemetry());
  }

  private static Labels series(int number) {
    return Labels.of("__name__", "load", "n", String.valueOf(number), "job", number % 2 == 0 ? "even" : "odd");
  }

  /** Scrapes five series every minute for some hours, with maintenance every ten minutes. */
  private void live(Store store, int hours, SeriesHandle[] handles) {
    for (int minute = 0; minute < hours * 60; minute++) {
      Appender batch = store.appender();
      for (int n = 0; n < handles.length; n++) {
        if (handles[n] == null) {
          handles[n] = batch.series(series(n));
        }
        double value = Math.floor(Math.sin(minute) * 100) + n;
        batch.append(handles[n], time.wallMillis(), value);
        expected.add(Dump.line(series(n), time.wallMillis(), value));
      }
      batch.commit();
      time.advance(MINUTE);
      if (minute % 10 == 9) {
        store.maintain();
        store.syncLog();
      }
    }
    expected.sort(null);
  }

  @Test
  void movesSamplesIntoBlocksAndLosesNone() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 26, new SeriesHandle[5]);
      assertThat(store.blocks()).isNotEmpty();
      assertThat(store.blocks()).anyMatch(block -> block.level() > 1);
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
    try (Store store = open(0, 0)) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      assertThat(store.recovery().unknownReferences()).isZero();
    }
  }

  @Test
  void losesNothingWhenPowerIsLostAfterASync() throws IOException {
    Store store = open(0, 0);
    live(store, 15, new SeriesHandle[5]);
    disk.crash();
    try (Store reopened = open(0, 0)) {
      assertThat(Dump.difference(Dump.of(reopened), expected)).isEmpty();
    }
  }

  @Test
  void shortensTheLog() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 24, new SeriesHandle[5]);
      assertThat(disk.list(folder.resolve("wal"))).hasSizeLessThan(8).anyMatch(name -> name.startsWith("checkpoint."));
    }
  }

  @Test
  void keepsHandlesOfSeriesThatWereDropped() throws IOException {
    try (Store store = open(0, 0)) {
      Appender batch = store.appender();
      SeriesHandle old = batch.series(series(77));
      batch.append(old, time.wallMillis(), 1);
      batch.commit();
      expected.add(Dump.line(series(77), time.wallMillis(), 1));
      live(store, 8, new SeriesHandle[2]);
      Appender later = store.appender();
      later.append(old, time.wallMillis(), 2);
      later.commit();
      expected.add(Dump.line(series(77), time.wallMillis(), 2));
      expected.sort(null);
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
    try (Store store = open(0, 0)) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void deletesBlocksWhenTheirTimeIsOver() throws IOException {
    try (Store store = open(12 * 3600, 0)) {
      live(store, 40, new SeriesHandle[2]);
      assertThat(store.minTime()).isGreaterThan(time.wallMillis() - 24 * HOUR);
    }
  }

  @Test
  void takesLateSamplesWithinTheWindow() throws IOException {
    try (Store store = open(0, 4 * 3600)) {
      live(store, 5, new SeriesHandle[3]);
      Appender batch = store.appender();
      for (int i = 0; i < 100; i++) {
        long late = time.wallMillis() - 3 * HOUR + i * MINUTE + 30_000;
        batch.append(batch.series(series(1)), late, i);
        expected.add(Dump.line(series(1), late, i));
      }
      batch.commit();
      expected.sort(null);
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
    try (Store store = open(0, 4 * 3600)) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      live(store, 8, new SeriesHandle[3]);
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
    try (Store store = open(0, 0)) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void deletesSeriesAndFreesTheirSpace() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 9, new SeriesHandle[4]);
      store.delete(Long.MIN_VALUE, Long.MAX_VALUE, List.of(Matcher.equal("n", "2")));
      expected.removeIf(line -> line.contains("n=\"2\""));
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      store.cleanTombstones();
      assertThat(store.blocks()).allMatch(block -> block.tombstones() == 0);
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
    try (Store store = open(0, 0)) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void letsAnOpenReaderFinishWhileItsBlocksAreReplaced() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 5, new SeriesHandle[2]);
      List<String> before = List.copyOf(expected);
      Querier reader = store.querier(Long.MIN_VALUE, Long.MAX_VALUE);
      List<Series> selected = new ArrayList<>();
      SeriesSet set = reader.select(List.of(Matcher.equal("__name__", "load")));
      while (set.next()) {
        selected.add(set.at());
      }
      live(store, 20, new SeriesHandle[2]);
      List<String> found = new ArrayList<>();
      selected.forEach(one -> Dump.add(one, found));
      found.sort(null);
      assertThat(Dump.difference(found, before)).isEmpty();
      reader.close();
    }
  }

  @Test
  void showsAReaderWhatMovesIntoABlockAfterItWasOpened() throws IOException {
    try (Store store = open(0, 0)) {
      liveWithoutMaintenance(store, 5);
      Querier reader = store.querier(Long.MIN_VALUE, Long.MAX_VALUE);
      store.maintain();
      assertThat(store.blocks()).isNotEmpty();
      assertThat(Dump.difference(Dump.of((from, to) -> reader), expected)).isEmpty();
      store.maintain();
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  private void liveWithoutMaintenance(Store store, int hours) {
    for (int minute = 0; minute < hours * 60; minute++) {
      Appender batch = store.appender();
      batch.append(batch.series(series(0)), time.wallMillis(), minute);
      expected.add(Dump.line(series(0), time.wallMillis(), minute));
      batch.commit();
      time.advance(MINUTE);
    }
    expected.sort(null);
  }

  @Test
  void putsADamagedBlockAsideAndGoesOn() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 9, new SeriesHandle[2]);
    }
    String block = disk.list(folder).stream().filter(name -> name.startsWith("01")).findFirst().orElseThrow();
    try (var index = disk.open(folder.resolve(block).resolve("index"), io.meshwatch.environment.Disk.Mode.WRITE)) {
      index.write(20, ByteBuffer.wrap("damage".getBytes(StandardCharsets.UTF_8)));
    }
    try (Store store = open(0, 0)) {
      assertThat(disk.list(folder.resolve("quarantine"))).containsExactly(block);
      assertThat(Dump.of(store)).isNotEmpty().isSubsetOf(expected);
    }
  }

  @Test
  void keepsTheGoodRecordsOfALogThatIsDamagedInTheMiddle() throws IOException {
    StoreSettings d = StoreSettings.defaults();
    Store killed = open(0, 0);
    for (int i = 0; i < 4000; i++) {
      Appender batch = killed.appender();
      batch.append(batch.series(series(i % 7)), START + i, i);
      expected.add(Dump.line(series(i % 7), START + i, i));
      batch.commit();
    }
    assertThat(d.fsync()).isEqualTo(FsyncPolicy.INTERVAL);
    Path segment = folder.resolve("wal").resolve("00000000");
    try (var file = disk.open(segment, io.meshwatch.environment.Disk.Mode.WRITE)) {
      file.write(50_000, ByteBuffer.wrap("damage".getBytes(StandardCharsets.UTF_8)));
    }
    try (Store store = open(0, 0)) {
      assertThat(store.recovery().cuts()).hasSize(1);
      assertThat(store.recovery().cuts().getFirst().recordsAfter()).isPositive();
      List<String> found = Dump.of(store);
      assertThat(found).isSubsetOf(expected).hasSizeGreaterThan(2500);
      assertThat(disk.list(folder.resolve("quarantine"))).containsExactly("wal-00000000");
    }
    try (Store store = open(0, 0)) {
      assertThat(store.recovery().cuts()).isEmpty();
    }
  }

  @Test
  void copiesItselfWhileItRuns() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 9, new SeriesHandle[2]);
      Path copy = store.snapshot(true);
      try (Store restored = Store.open(copy, StoreSettings.defaults(), time, disk, new InlineWorkers(), new Telemetry())) {
        assertThat(Dump.difference(Dump.of(restored), expected)).isEmpty();
      }
    }
  }

  @Test
  void takesLateHistogramsWithinTheWindow() throws IOException {
    Labels labels = Labels.of("__name__", "h");
    List<Long> times = new ArrayList<>();
    try (Store store = open(0, 4 * 3600)) {
      live(store, 5, new SeriesHandle[1]);
      for (int i = 0; i < 80; i++) {
        putHistogram(store, labels, time.wallMillis() - i * MINUTE, i);
        times.addFirst(time.wallMillis() - i * MINUTE);
      }
      assertThat(histogramTimes(store, labels)).isEqualTo(times);
    }
    Store killed = open(0, 4 * 3600);
    assertThat(histogramTimes(killed, labels)).isEqualTo(times);
    live(killed, 5, new SeriesHandle[1]);
    killed.maintain();
    assertThat(killed.seriesCount()).as("the late histograms have left the head").isEqualTo(1);
    assertThat(histogramTimes(killed, labels)).isEqualTo(times);
    try (Store store = open(0, 4 * 3600)) {
      assertThat(histogramTimes(store, labels)).isEqualTo(times);
    }
  }

  private static void putHistogram(Store store, Labels labels, long at, int count) {
    Appender batch = store.appender();
    Histogram histogram = new Histogram(
        Histogram.ResetHint.UNKNOWN, 0, 0.001, 0, count, count, List.of(new Histogram.Span(0, 1)), new double[] {count}, List.of(),
        new double[0], new double[0], true);
    assertThat(batch.append(batch.series(labels), at, histogram)).isEqualTo(AppendOutcome.APPENDED);
    batch.commit();
  }

  private static List<Long> histogramTimes(Store store, Labels labels) {
    List<Long> times = new ArrayList<>();
    try (Querier querier = store.querier(Long.MIN_VALUE, Long.MAX_VALUE)) {
      SeriesSet set = querier.select(List.of(new Matcher("__name__", Matcher.Op.EQUAL, labels.metricName())));
      while (set.next()) {
        SampleBuffer samples = new SampleBuffer();
        set.at().read(Long.MIN_VALUE, Long.MAX_VALUE, samples);
        for (int i = 0; i < samples.size(); i++) {
          assertThat(samples.histogram(i)).isNotNull();
          times.add(samples.timestamps()[i]);
        }
      }
    }
    return times;
  }

  @Test
  void deletesTheOldestBlocksBeyondASize() throws IOException {
    long bytes = bytesAfterADay();
    try (Store store = openLimited(bytes - 1, 0)) {
      int before = store.blockCount();
      store.maintain();
      assertThat(store.blockCount()).isEqualTo(before - 1).isPositive();
      assertThat(store.minTime()).isGreaterThan(START);
      assertThat(Dump.of(store)).isNotEmpty().isSubsetOf(expected);
    }
  }

  @Test
  void deletesTheOldestBlocksBeyondAShareOfTheVolume() throws IOException {
    long bytes = bytesAfterADay();
    disk.capacity(4 * bytes);
    try (Store store = openLimited(0, 26)) {
      int before = store.blockCount();
      store.maintain();
      assertThat(store.blockCount()).isEqualTo(before);
    }
    try (Store store = openLimited(0, 24)) {
      int before = store.blockCount();
      store.maintain();
      assertThat(store.blockCount()).isLessThan(before).isPositive();
      assertThat(store.minTime()).isGreaterThan(START);
    }
  }

  /** Lives for some hours and tells what then counts towards the limits: blocks, log and head files. */
  private long bytesAfterADay() throws IOException {
    try (Store store = open(0, 0)) {
      live(store, 20, new SeriesHandle[5]);
      long bytes = store.blockBytes();
      for (String part : List.of("wal", "wbl", "chunks_head")) {
        for (String name : disk.list(folder.resolve(part))) {
          bytes += name.startsWith("checkpoint") ? 0 : disk.size(folder.resolve(part).resolve(name));
        }
      }
      return bytes;
    }
  }

  private Store openLimited(long retentionBytes, double retentionPercent) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, retentionBytes, retentionPercent, 0, 600, 0, 100, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0);
    return Store.open(folder, settings, time, disk, new InlineWorkers(), new Telemetry());
  }
}
