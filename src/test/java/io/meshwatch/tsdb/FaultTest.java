package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedDisk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.head.LabelLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every disk operation fails once; every byte is lost or changed once. */
class FaultTest {
  private static final long START = 1_699_999_200_000L;
  private static final long STEP = 20 * 60_000;
  private static final int STEPS = 30;
  private static final String HEAD_CHUNKS = "chunks_head/000001";
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");
  private static final Labels DOWN = Labels.of("__name__", "down", "job", "b");

  private final Path folder = Path.of("/data");

  /** A disk, what was acknowledged on it, and the time. */
  private final class Life {
    final SimulatedDisk disk = new SimulatedDisk();
    final SimulatedTime time = new SimulatedEnvironment(START).time();
    final List<String> acknowledged = new ArrayList<>();

    Store open() throws IOException {
      StoreSettings d = StoreSettings.defaults();
      StoreSettings settings = new StoreSettings(
          0, 0, 0, 0, 600, 0, 100, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0, LabelLimits.DEFAULT, false, 0);
      return Store.open(folder, settings, time, disk, new InlineWorkers(), new Telemetry());
    }

    /** Ten hours: samples, maintenance, blocks, a merged block, checkpoints. */
    void live(Store store) {
      for (int i = 0; i < STEPS; i++) {
        put(store, UP, i);
        put(store, DOWN, -i);
        if (i % 2 == 1) {
          store.syncLog();
          store.maintain();
        }
        time.advance(STEP);
      }
    }

    private void put(Store store, Labels labels, double value) {
      Appender batch = store.appender();
      batch.append(batch.series(labels), time.wallMillis(), value);
      try {
        batch.commit();
        acknowledged.add(Dump.line(labels, time.wallMillis(), value));
      } catch (StoreUnavailableException e) {
        assertThat(e).hasMessageContaining("simulated fault");
      }
    }

    void assertNothingIsLost(Store store, String what) {
      acknowledged.sort(null);
      assertThat(Dump.difference(Dump.of(store), acknowledged)).as(what).isEmpty();
    }
  }

  @Test
  void losesNothingAcknowledgedWhicheverOperationFails() throws IOException {
    Life undisturbed = new Life();
    Store first = undisturbed.open();
    undisturbed.live(first);
    assertThat(first.blocks()).as("the life is long enough").anyMatch(block -> block.level() > 1);
    long operations = undisturbed.disk.operations();
    for (long fault = 1; fault <= operations; fault++) {
      surviveFault(fault, fault % 4 == 0);
    }
  }

  private void surviveFault(long fault, boolean forever) throws IOException {
    Life life = new Life();
    life.disk.failOperation(fault, forever);
    try {
      Store store = life.open();
      life.live(store);
      life.disk.heal();
      life.assertNothingIsLost(store, "fault " + fault);
    } catch (IOException e) {
      assertThat(e).as("only opening may fail").hasMessageContaining("simulated fault");
      life.disk.heal();
    }
    Store reopened = life.open();
    life.assertNothingIsLost(reopened, "opened after fault " + fault);
    life.live(reopened);
    life.assertNothingIsLost(reopened, "living on after fault " + fault);
  }

  @Test
  void opensAgainWhicheverOperationOfOpeningFails() throws IOException {
    Life undisturbed = new Life();
    undisturbed.live(undisturbed.open());
    long before = undisturbed.disk.operations();
    undisturbed.open();
    long operations = undisturbed.disk.operations() - before;
    for (long fault = 1; fault <= operations; fault++) {
      Life life = new Life();
      life.live(life.open());
      life.disk.failOperation(fault, false);
      try {
        Store store = life.open();
        life.disk.heal();
        life.assertNothingIsLost(store, "opened with fault " + fault);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("simulated fault");
        life.disk.heal();
        life.assertNothingIsLost(life.open(), "opened after fault " + fault);
      }
    }
  }

  @Test
  void opensALogThatIsCutAnywhereWithAllThatStandsBeforeTheCut() throws IOException {
    long size = damaged("wal/00000000", 0, file -> {});
    int before = -1;
    for (long cut = 0; cut < size; cut++) {
      long at = cut;
      Life life = shortLife();
      damage(life, "wal/00000000", file -> file.truncate(at));
      Store store = life.open();
      List<String> found = Dump.of(store);
      assertThat(life.acknowledged).as("cut at %d", cut).containsAll(found);
      assertThat(found.size()).as("cut at %d", cut).isGreaterThanOrEqualTo(before);
      before = found.size();
      life.put(store, UP, 99);
    }
  }

  @Test
  void opensWhateverByteOfTheLogHasChangedAndReportsIt() throws IOException {
    long size = damaged("wal/00000000", 0, file -> {});
    for (long offset = 0; offset < size; offset++) {
      Life life = shortLife();
      flip(life, "wal/00000000", offset);
      Store store = life.open();
      assertThat(life.acknowledged).as("byte %d", offset).containsAll(Dump.of(store));
      assertThat(store.recovery().cuts()).as("byte %d", offset).isNotEmpty();
    }
  }

  @Test
  void losesNothingWhateverByteOfAHeadChunkFileHasChangedAndReportsIt() throws IOException {
    long size = lifeWithHeadChunks().disk.size(folder.resolve(HEAD_CHUNKS));
    assertThat(size).as("there are chunks in it").isGreaterThan(100);
    for (long offset = 0; offset < size; offset++) {
      Life life = lifeWithHeadChunks();
      flip(life, HEAD_CHUNKS, offset);
      Store store = life.open();
      life.assertNothingIsLost(store, "byte " + offset);
      boolean isUnused = offset > 4 && offset < 8;
      if (!isUnused) {
        assertThat(store.recovery().cuts()).as("byte %d", offset).hasSize(1);
        Recovery.Cut cut = store.recovery().cuts().getFirst();
        assertThat(cut.toString()).contains(HEAD_CHUNKS).contains("no sample is lost");
        assertThat(cut.offset()).as("byte %d", offset).isLessThanOrEqualTo(offset);
        assertThat(cut.offset() + cut.bytes()).isEqualTo(size);
      }
      life.put(store, UP, 99);
      life.assertNothingIsLost(life.open(), "opened again after byte " + offset);
    }
  }

  @Test
  void losesNothingWhereverAHeadChunkFileIsCut() throws IOException {
    long size = lifeWithHeadChunks().disk.size(folder.resolve(HEAD_CHUNKS));
    for (long length = 0; length < size; length++) {
      long at = length;
      Life life = lifeWithHeadChunks();
      damage(life, HEAD_CHUNKS, file -> file.truncate(at));
      life.assertNothingIsLost(life.open(), "cut at " + at);
    }
  }

  @Test
  void saysOfEachHeadChunkFileBehindADamagedOneThatItIsDeleted() throws IOException {
    Life life = lifeWithHeadChunks();
    Store again = life.open();
    for (int i = 0; i < 8; i++) {
      life.put(again, UP, i);
      life.time.advance(STEP);
    }
    again.writeFullChunks();
    long second = life.disk.size(folder.resolve("chunks_head/000002"));
    flip(life, HEAD_CHUNKS, 20);
    Store store = life.open();
    life.assertNothingIsLost(store, "both files are gone");
    assertThat(store.recovery().cuts()).hasSize(2);
    assertThat(store.recovery().cuts().getLast().toString())
        .startsWith("/data/chunks_head/000002: cut " + second + " bytes at byte 0").contains("whole files before it");
  }

  /** Three hours, of which the first two lie in a head chunk file. */
  private Life lifeWithHeadChunks() throws IOException {
    Life life = new Life();
    Store store = life.open();
    for (int i = 0; i < 8; i++) {
      life.put(store, UP, i);
      life.put(store, DOWN, Math.sin(i));
      life.time.advance(STEP);
    }
    store.writeFullChunks();
    return life;
  }

  @Test
  void saysAboutHowManySamplesWereCut() throws IOException {
    Life life = shortLife();
    long size = life.disk.size(folder.resolve("wal/00000000"));
    damage(life, "wal/00000000", file -> file.truncate(size - 1));
    Store store = life.open();
    assertThat(store.recovery().cuts()).hasSize(1);
    Recovery.Cut cut = store.recovery().cuts().getFirst();
    assertThat(cut.file()).isEqualTo("/data/wal/00000000");
    assertThat(cut.offset() + cut.bytes()).isEqualTo(size - 1);
    assertThat(cut.samples()).isEqualTo(1);
    assertThat(Dump.of(store)).hasSize(life.acknowledged.size() - 1);
  }

  @Test
  void answersWithoutABlockWhateverByteOfItHasChanged() throws IOException {
    Life life = new Life();
    Store whole = life.open();
    life.live(whole);
    String block = whole.blocks().getFirst().ulid();
    for (String name : List.of("index", "chunks/000001", "meta.json", "tombstones")) {
      Path path = folder.resolve(block).resolve(name);
      byte[] good = life.disk.readAll(path);
      for (int offset = 0; offset < good.length; offset += name.equals("index") ? 3 : 1) {
        flip(life, block + "/" + name, offset);
        byte[] meta = life.disk.readAll(folder.resolve(block).resolve("meta.json"));
        assertAnswersOnlyWhatWasPut(life, name + " at " + offset);
        restore(life, block, path, good, meta);
      }
    }
  }

  private void assertAnswersOnlyWhatWasPut(Life life, String what) throws IOException {
    Store store = life.open();
    List<String> found;
    try {
      found = Dump.of(store);
    } catch (CorruptionException e) {
      store.maintain();
      found = Dump.of(store);
    }
    assertThat(life.acknowledged).as(what).containsAll(found);
  }

  /** Brings a block back from quarantine and undoes the damage; the logs go, as each start makes them longer. */
  private void restore(Life life, String block, Path path, byte[] good, byte[] meta) throws IOException {
    life.disk.delete(folder.resolve("wal"));
    life.disk.delete(folder.resolve("wbl"));
    Path kept = folder.resolve("quarantine").resolve(block);
    if (life.disk.exists(kept)) {
      life.disk.rename(kept, folder.resolve(block));
    }
    assertThat(life.disk.readAll(folder.resolve(block).resolve("meta.json"))).isEqualTo(meta);
    life.disk.replace(path, good);
  }

  private Life shortLife() throws IOException {
    Life life = new Life();
    Store store = life.open();
    for (int i = 0; i < 12; i++) {
      life.put(store, i % 2 == 0 ? UP : DOWN, i);
      life.time.advance(15_000);
    }
    return life;
  }

  /** Something done to an open file. */
  private interface Damage {
    void to(Disk.File file) throws IOException;
  }

  private long damaged(String name, long offset, Damage damage) throws IOException {
    Life life = shortLife();
    damage(life, name, damage);
    return life.disk.size(folder.resolve(name)) - offset;
  }

  private void damage(Life life, String name, Damage damage) throws IOException {
    try (Disk.File file = life.disk.open(folder.resolve(name), Disk.Mode.WRITE)) {
      damage.to(file);
    }
  }

  private void flip(Life life, String name, long offset) throws IOException {
    damage(life, name, file -> {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(offset, one);
      one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
      file.write(offset, one);
    });
  }
}
