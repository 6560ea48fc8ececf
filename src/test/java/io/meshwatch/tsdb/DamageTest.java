package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedDisk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.block.BlockMeta;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.head.LabelLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever is damaged, the store opens, answers only what was put, and tells the operators file, place and samples. */
class DamageTest {
  private static final long START = 1_699_999_200_000L;
  private static final long MINUTE = 60_000;
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");
  private static final Labels DOWN = Labels.of("__name__", "down", "job", "b");

  /** Behind header and symbols of an index of these two series. */
  private static final long FIRST_SERIES_BYTE = 60;

  private final Path folder = Path.of("/data");
  private SimulatedDisk disk = new SimulatedDisk();
  private SimulatedTime time = new SimulatedEnvironment(START).time();
  private final List<String> acknowledged = new ArrayList<>();

  private Store open(boolean snapshot) throws IOException {
    return open(folder, snapshot);
  }

  private Store open(Path folder, boolean snapshot) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, 0, 0, 4 * 3600, 600, 0, 100, d.fsync(), 5, d.compression(), 7200, 4 * 32 * 1024, 0, LabelLimits.DEFAULT, snapshot, 0);
    return Store.open(folder, settings, time, disk, new InlineWorkers(), new Telemetry());
  }

  private void startAnew() {
    disk = new SimulatedDisk();
    time = new SimulatedEnvironment(START).time();
    acknowledged.clear();
  }

  private void put(Store store, Labels labels, long at, double value) {
    Appender batch = store.appender();
    batch.append(batch.series(labels), at, value);
    batch.commit();
    acknowledged.add(Dump.line(labels, at, value));
  }

  private void live(Store store, int minutes) {
    for (int i = 0; i < minutes; i++) {
      put(store, UP, time.wallMillis(), i);
      put(store, DOWN, time.wallMillis(), Math.sin(i));
      time.advance(MINUTE);
      if (i % 30 == 29) {
        store.maintain();
      }
    }
  }

  private void flip(Path file, long offset) throws IOException {
    try (Disk.File open = disk.open(file, Disk.Mode.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      open.read(offset, one);
      one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
      open.write(offset, one);
    }
  }

  private void truncate(Path file, long length) throws IOException {
    try (Disk.File open = disk.open(file, Disk.Mode.WRITE)) {
      open.truncate(length);
    }
  }

  private void assertNothingIsLost(Store store, String what) {
    acknowledged.sort(null);
    assertThat(Dump.difference(Dump.of(store), acknowledged)).as(what).isEmpty();
  }

  @Test
  void tellsHowManyLateSamplesWereCutWhateverByteOfTheirLogHasChanged() throws IOException {
    Path log = folder.resolve("wbl/00000000");
    killedWithLateSamples();
    long size = disk.size(log);
    assertThat(size).isGreaterThan(200);
    for (long offset = 0; offset < size; offset++) {
      startAnew();
      killedWithLateSamples();
      flip(log, offset);
      Store store = open(false);
      List<String> found = Dump.of(store);
      assertThat(acknowledged).as("byte %d", offset).containsAll(found).hasSizeGreaterThan(found.size());
      assertThat(store.damages()).as("byte %d", offset).hasSize(1);
      assertThat(store.damages().getFirst()).startsWith("/data/wbl/00000000: cut ").containsPattern("about \\d+ samples");
    }
  }

  private void killedWithLateSamples() throws IOException {
    Store store = open(false);
    live(store, 10);
    for (int i = 1; i < 8; i++) {
      put(store, UP, START - i * MINUTE, i);
    }
  }

  @Test
  void tellsWhatIsLeftOutWhenACheckpointIsDamaged() throws IOException {
    killedWithCheckpoint();
    Path checkpoint = checkpoint();
    byte[] good = disk.readAll(checkpoint);
    for (int offset = 0; offset < good.length; offset++) {
      startAnew();
      killedWithCheckpoint();
      flip(checkpoint(), offset);
      Store store = open(false);
      assertThat(acknowledged).as("byte %d", offset).containsAll(Dump.of(store));
      assertThat(store.damages()).as("byte %d", offset).isNotEmpty();
      assertThat(store.damages().getFirst()).contains("/data/wal/checkpoint.").contains("/00000000: cut ").contains(" at byte ");
      assertThat(store.damages().getLast()).as("series of the head are gone").matches("With the damaged places the log lost series: \\d+ entries.*");
    }
  }

  private void killedWithCheckpoint() throws IOException {
    Store store = open(false);
    live(store, 8 * 60);
  }

  private Path checkpoint() throws IOException {
    String name = disk.list(folder.resolve("wal")).stream().filter(n -> n.startsWith("checkpoint.")).findFirst().orElseThrow();
    return folder.resolve("wal").resolve(name).resolve("00000000");
  }

  @Test
  void losesNothingAndTellsItWhateverByteOfAHeadSnapshotHasChanged() throws IOException {
    closed();
    long size = disk.size(snapshot());
    for (long offset = 0; offset < size; offset++) {
      startAnew();
      closed();
      flip(snapshot(), offset);
      assertTellsOfSnapshot("byte " + offset);
    }
  }

  @Test
  void losesNothingAndTellsItWhereverAHeadSnapshotIsCut() throws IOException {
    closed();
    long size = disk.size(snapshot());
    for (long length = 0; length < size; length++) {
      startAnew();
      closed();
      truncate(snapshot(), length);
      assertTellsOfSnapshot("cut at " + length);
    }
  }

  @Test
  void findsADamagedHeadSnapshotWhenAFolderIsChecked() throws IOException {
    closed();
    assertThat(new FolderCheck(disk, folder).run()).isEmpty();
    flip(snapshot(), 30);
    assertThat(new FolderCheck(disk, folder).run()).hasSize(1).first().asString().startsWith("/data/chunk_snapshot.").contains(" at byte 0: expected ");
  }

  @Test
  void losesNothingAndTellsItWhateverByteOfTheEndsOfHeadChunkFilesHasChanged() throws IOException {
    endedThrice();
    long size = disk.size(chunkEnds());
    for (long offset = 0; offset < size; offset++) {
      startAnew();
      endedThrice();
      flip(chunkEnds(), offset);
      assertTellsOfSnapshot("byte " + offset);
    }
  }

  @Test
  void losesNothingAndTellsItWhereverAHeadChunkFileIsCutAfterACleanEnd() throws IOException {
    endedThrice();
    Path file = chunkFile(2);
    Set<Long> lengths = new TreeSet<>(chunkEndsIn(file));
    assertThat(lengths.remove(disk.size(file))).isTrue();
    for (long length = 0; length < disk.size(file); length += 19) {
      lengths.add(length);
    }
    for (long length : lengths) {
      startAnew();
      endedThrice();
      truncate(file, length);
      String what = "cut at " + length;
      assertThat(new FolderCheck(disk, folder).run()).as(what).singleElement().asString().startsWith(file + " at byte ");
      Store store = open(true);
      assertNothingIsLost(store, what);
      assertThat(store.damages()).as(what).hasSize(2);
      assertThat(store.damages().getFirst()).startsWith(file + ": cut ").contains("no sample is lost, they are in the log");
      assertThat(store.damages().getLast()).startsWith(chunkFile(3) + ": cut ").contains("expected whole files before it");
    }
  }

  @Test
  void losesNothingAndTellsItWhicheverHeadChunkFileIsDeletedAfterACleanEnd() throws IOException {
    for (int number = 1; number <= 3; number++) {
      startAnew();
      endedThrice();
      long size = disk.size(chunkFile(number));
      disk.delete(chunkFile(number));
      String expected = "expected the " + size + " bytes of the last clean end, got no such file";
      assertThat(new FolderCheck(disk, folder).run()).containsExactly(chunkFile(number) + " at byte 0: " + expected);
      try (Store store = open(true)) {
        assertNothingIsLost(store, "without file " + number);
        assertThat(store.damages()).hasSize(4 - number);
        assertThat(store.damages().getFirst())
            .isEqualTo(chunkFile(number) + ": cut " + size + " bytes at byte 0 (" + expected + "; no sample is lost, they are in the log)");
        live(store, 1);
      }
      Store again = open(true);
      assertNothingIsLost(again, "later, without file " + number);
      assertThat(again.damages()).as("told once").isEmpty();
    }
  }

  @Test
  void opensASnapshotOfPrometheusWhichDoesNotSayHowLongHeadChunkFilesWere() throws IOException {
    endedThrice();
    disk.delete(chunkEnds());
    Store store = open(true);
    assertNothingIsLost(store, "without the ends");
    assertThat(store.damages()).isEmpty();

    startAnew();
    endedThrice();
    disk.delete(chunkEnds());
    disk.delete(chunkFile(2));
    Store gap = open(true);
    assertNothingIsLost(gap, "a file between others is gone");
    assertThat(gap.damages().getFirst()).startsWith(chunkFile(2) + ": cut 0 bytes").contains("expected a file between the others, got no such file");
  }

  @Test
  void missesNoHeadChunkFileThatWentWithItsBlock() throws IOException {
    endedThrice();
    Store killed = open(true);
    live(killed, 8 * 60);
    assertThat(disk.exists(chunkFile(1))).isFalse();
    Store store = open(true);
    assertNothingIsLost(store, "killed after blocks were cut");
    assertThat(store.damages()).isEmpty();
  }

  /** Each run of the process leaves a head chunk file with full chunks of both series. */
  private void endedThrice() throws IOException {
    for (int run = 0; run < 3; run++) {
      try (Store store = open(true)) {
        for (int i = 0; i < 150; i++) {
          put(store, UP, time.wallMillis(), i);
          put(store, DOWN, time.wallMillis(), i % 7);
          time.advance(MINUTE / 6);
        }
      }
    }
  }

  private Set<Long> chunkEndsIn(Path file) throws IOException {
    Set<Long> ends = new TreeSet<>();
    ByteReader in = new ByteReader(disk.readAll(file));
    in.skip(8);
    while (in.remaining() > 0) {
      ends.add((long) in.position());
      in.skip(25);
      in.skip(in.readCount(in.remaining()) + 4);
    }
    ends.add((long) in.position());
    return ends;
  }

  private Path chunkFile(int number) {
    return folder.resolve("chunks_head").resolve("00000" + number);
  }

  private Path chunkEnds() throws IOException {
    return snapshot().resolveSibling("chunk_ends");
  }

  private void assertTellsOfSnapshot(String what) throws IOException {
    Store store = open(true);
    assertNothingIsLost(store, what);
    assertThat(store.damages()).as(what).hasSize(1);
    assertThat(store.damages().getFirst()).startsWith("/data/chunk_snapshot.").contains("at byte").contains("no sample is lost");
  }

  @Test
  void losesNothingAndTellsItWhereverTheLogOfASnapshotIsCut() throws IOException {
    closed();
    Path log = folder.resolve("wal/00000000");
    long size = disk.size(log);
    for (long length = 0; length < size; length++) {
      startAnew();
      closed();
      truncate(log, length);
      Store store = open(true);
      assertNothingIsLost(store, "cut at " + length);
      assertThat(store.damages()).as("cut at %d", length).hasSize(1);
      assertThat(store.damages().getFirst()).startsWith("/data/wal/00000000").contains("the snapshot of the head has");
      live(store, 1);
      assertNothingIsLost(open(true), "killed later, cut at " + length);
    }
  }

  private void closed() throws IOException {
    try (Store store = open(true)) {
      live(store, 5);
    }
  }

  private Path snapshot() throws IOException {
    String name = disk.list(folder).stream().filter(n -> n.startsWith("chunk_snapshot.")).findFirst().orElseThrow();
    return folder.resolve(name).resolve("00000000");
  }

  @Test
  void tellsWhatADamagedBlockHeldWhateverIsDamaged() throws IOException {
    Store whole = open(false);
    live(whole, 5 * 60);
    BlockMeta meta = whole.blocks().getFirst();
    String held = "with " + meta.samples() + " samples of 2 series from 2023-11-14T22:00:00Z to ";
    Path copy = whole.snapshot(false);
    for (String name : List.of("index", "chunks/000001", "tombstones")) {
      Path file = copy.resolve(meta.ulid()).resolve(name);
      long size = disk.size(file);
      for (long offset = 0; offset < size; offset += 3) {
        flip(file, offset);
        List<String> damages = damagesAfterReading(open(copy, false));
        assertThat(damages).as("%s, byte %d", name, offset).hasSizeLessThanOrEqualTo(1);
        for (String damage : damages) {
          assertThat(damage).contains(meta.ulid()).contains(held).contains(" at byte ");
          disk.rename(copy.resolve("quarantine").resolve(meta.ulid()), copy.resolve(meta.ulid()));
        }
        flip(file, offset);
        disk.delete(copy.resolve("wal"));
        disk.delete(copy.resolve("wbl"));
      }
    }
  }

  private static List<String> damagesAfterReading(Store store) {
    try {
      Dump.of(store);
    } catch (CorruptionException e) {
      store.maintain();
      Dump.of(store);
    }
    return store.damages();
  }

  @Test
  void countsTheSamplesOfABlockWhoseMetaCannotBeRead() throws IOException {
    Store whole = open(false);
    live(whole, 8 * 60);
    BlockMeta meta = whole.blocks().getFirst();
    Path block = folder.resolve(meta.ulid());
    truncate(block.resolve("meta.json"), 20);
    assertThat(open(false).damages().getFirst())
        .contains("with at least " + meta.samples() + " samples, as many are still whole, of 2 series from 2023-11-14T22:00:00Z to ")
        .contains(meta.ulid() + "/meta.json at byte 20: expected JSON");

    disk.rename(folder.resolve("quarantine").resolve(meta.ulid()), block);
    disk.delete(block.resolve("index"));
    flip(block.resolve("chunks/000001"), 30);
    assertThat(open(false).damages().getFirst()).containsPattern("with at least [1-9]\\d* samples, as many are still whole, from 2023-11-14T22:00:00Z");

    disk.rename(folder.resolve("quarantine").resolve(meta.ulid()), block);
    disk.delete(block.resolve("chunks"));
    assertThat(open(false).damages().getFirst()).contains("with at least 0 samples, as many are still whole, was put aside");
  }

  @Test
  void putsABlockAsideInWhichOnlyCompactionMeetsTheDamage() throws IOException {
    Store store = open(false);
    live(store, 5 * 60);
    BlockMeta meta = store.blocks().getFirst();
    store.delete(START, START + MINUTE, List.of(new Matcher("__name__", Matcher.Op.EQUAL, "up")));
    flip(folder.resolve(meta.ulid()).resolve("index"), FIRST_SERIES_BYTE);
    Store again = open(false);
    assertThat(again.damages()).as("opening does not read series").isEmpty();
    assertThatThrownBy(again::cleanTombstones).isInstanceOf(CorruptionException.class);
    again.maintain();
    assertThat(again.damages()).hasSize(1);
    assertThat(again.damages().getFirst()).contains(meta.ulid() + "/index at byte ").contains(" samples of 2 series");
  }
}
