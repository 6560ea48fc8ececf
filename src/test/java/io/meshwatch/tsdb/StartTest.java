package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedDisk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.head.LabelLimits;
import io.meshwatch.tsdb.wal.Compression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a store starts: from the log, on one thread or several, or from the snapshot of a clean end. */
class StartTest {
  private static final long START = 1_699_999_200_000L;
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  private final SimulatedTime time = simulation.time();
  private final SimulatedDisk disk = simulation.disk();
  private final Path folder = Path.of("/data");
  private final List<String> expected = new ArrayList<>();

  private Store open(boolean snapshot, Compression compression, Workers workers) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, 0, 0, 0, 600, 0, 100, d.fsync(), 5, compression, 7200, 4 * 32 * 1024, 0, LabelLimits.DEFAULT, snapshot, 0);
    return Store.open(folder, settings, time, disk, workers, new Telemetry());
  }

  private Store open() throws IOException {
    return open(true, Compression.SNAPPY, new InlineWorkers());
  }

  private static Labels series(int number) {
    return Labels.of("__name__", "load", "n", String.valueOf(number));
  }

  private void fill(Store store, int rounds) {
    for (int round = 0; round < rounds; round++) {
      time.advance(15_000);
      Appender batch = store.appender();
      for (int n = 0; n < 200; n++) {
        double value = Math.sin(round * 31 + n);
        batch.append(batch.series(series(n)), time.wallMillis(), value);
        expected.add(Dump.line(series(n), time.wallMillis(), value));
      }
      batch.commit();
    }
    expected.sort(null);
  }

  private List<String> snapshots() throws IOException {
    return disk.list(folder).stream().filter(name -> name.startsWith("chunk_snapshot.")).toList();
  }

  @Test
  void readsNoSampleOfTheLogAfterACleanEnd() throws IOException {
    try (Store store = open()) {
      fill(store, 150);
    }
    assertThat(snapshots()).hasSize(1);
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      assertThat(store.recovery().samples()).as("only open chunks").isLessThan(200 * 125);
      assertThat(store.recovery().unknownReferences()).isZero();
      fill(store, 10);
    }
    assertThat(snapshots()).as("the older one has gone").hasSize(1);
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void goesOnFromTheSnapshotWhenItIsKilledLater() throws IOException {
    try (Store store = open()) {
      fill(store, 100);
    }
    Store killed = open();
    fill(killed, 150);
    killed.writeFullChunks();
    fill(killed, 5);
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void losesNothingWhateverBecomesOfTheSnapshot() throws IOException {
    try (Store store = open()) {
      fill(store, 130);
    }
    Path file = folder.resolve(snapshots().getFirst()).resolve("00000000");
    try (Disk.File snapshot = disk.open(file, Disk.Mode.WRITE)) {
      snapshot.write(snapshot.size() / 2, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      assertThat(store.recovery().samples()).isGreaterThan(200 * 5);
    }
  }

  @Test
  void reportsADamagedLogThoughTheSnapshotHasItsSamples() throws IOException {
    try (Store store = open()) {
      fill(store, 130);
    }
    try (Disk.File segment = disk.open(folder.resolve("wal/00000000"), Disk.Mode.WRITE)) {
      segment.write(40_000, ByteBuffer.wrap("damage".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    try (Store store = open()) {
      assertThat(store.recovery().cuts()).hasSize(1);
      assertThat(store.recovery().cuts().getFirst().toString()).contains("wal/00000000").contains("snapshot");
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void keepsExemplarsDeletionsAndMetadataOverACleanEnd() throws IOException {
    MetricMetadata help = new MetricMetadata(MetricMetadata.Type.GAUGE, "", "Whether it answers.");
    Exemplar exemplar = new Exemplar(Labels.of("trace", "7"), 3, START);
    try (Store store = open()) {
      Appender batch = store.appender();
      SeriesHandle up = batch.series(UP);
      batch.append(up, START, 1);
      batch.append(up, START + 1000, 2);
      batch.exemplar(up, exemplar);
      batch.metadata(up, help);
      batch.commit();
      store.delete(START, START, List.of(new Matcher("__name__", Matcher.Op.EQUAL, "up")));
    }
    try (Store store = open()) {
      assertThat(Dump.of(store)).containsExactly(Dump.line(UP, START + 1000, 2));
      assertThat(store.metadata()).containsEntry("up", List.of(help));
      assertThat(store.exemplars(0, Long.MAX_VALUE, List.of(List.of(new Matcher("__name__", Matcher.Op.EQUAL, "up")))))
          .containsEntry(UP, List.of(exemplar));
    }
  }

  @Test
  void deletesTheSnapshotWhenTheLogIsShortened() throws IOException {
    try (Store store = open()) {
      fill(store, 30);
    }
    try (Store store = open()) {
      fill(store, 4 * 240);
      store.maintain();
      assertThat(disk.list(folder.resolve("wal"))).anyMatch(name -> name.startsWith("checkpoint."));
      assertThat(snapshots()).isEmpty();
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
    }
  }

  @Test
  void replaysOnSeveralThreadsWhatOneThreadReplays() throws IOException {
    Store killed = open(false, Compression.SNAPPY, new InlineWorkers());
    fill(killed, 300);
    try (SystemEnvironment system = new SystemEnvironment();
        Store store = open(false, Compression.SNAPPY, system.environment().workers())) {
      assertThat(Dump.difference(Dump.of(store), expected)).isEmpty();
      assertThat(store.recovery().samples()).isEqualTo(expected.size());
      assertThat(store.maxTime()).isEqualTo(time.wallMillis());
    }
  }

  @Test
  void countsTheBytesOfChunksWhileItReplays() throws IOException {
    Telemetry before = new Telemetry();
    Store killed = Store.open(folder, StoreSettings.defaults(), time, disk, new InlineWorkers(), before);
    fill(killed, 300);
    killed.writeFullChunks();
    fill(killed, 7);
    assertThat(chunkBytes(before)).isPositive();
    try (SystemEnvironment system = new SystemEnvironment()) {
      for (Workers workers : List.of(new InlineWorkers(), system.environment().workers())) {
        Telemetry after = new Telemetry();
        Store replayed = Store.open(folder, StoreSettings.defaults(), time, disk, workers, after);
        assertThat(replayed.seriesCount()).isEqualTo(200);
        assertThat(chunkBytes(after)).as("%s", workers).isEqualTo(chunkBytes(before));
      }
    }
  }

  private static double chunkBytes(Telemetry telemetry) {
    return new String(telemetry.exposition(), StandardCharsets.UTF_8).lines()
        .filter(line -> line.startsWith("meshwatch_tsdb_head_chunk_bytes "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ')))).sum();
  }

  @Test
  void tellsHowFarTheReplayIs() throws IOException {
    Store killed = open(false, Compression.SNAPPY, new InlineWorkers());
    fill(killed, 100);
    ReplayProgress progress = new ReplayProgress();
    assertThat(progress.moment().state()).isEqualTo(ReplayProgress.State.WAITING);
    try (Store store = Store.open(folder, StoreSettings.defaults(), time, disk, new InlineWorkers(), new Telemetry(), progress)) {
      assertThat(progress.moment().state()).isEqualTo(ReplayProgress.State.DONE);
      assertThat(store.seriesCount()).isEqualTo(200);
    }
  }

  @Test
  void writesAndReadsALogInEachCompression() throws IOException {
    for (Compression compression : Compression.values()) {
      Store killed = open(false, compression, new InlineWorkers());
      fill(killed, 20);
      try (Store store = open(false, Compression.NONE, new InlineWorkers())) {
        assertThat(Dump.difference(Dump.of(store), expected)).as("%s", compression).isEmpty();
      }
    }
  }
}
