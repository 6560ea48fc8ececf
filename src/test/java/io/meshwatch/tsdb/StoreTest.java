package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedDisk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreTest {
  private static final long START = 1_700_000_000_000L;
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");
  private static final Labels DOWN = Labels.of("__name__", "down", "job", "b");

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  private final SimulatedTime time = simulation.time();
  private final SimulatedDisk disk = simulation.disk();
  private final Path folder = Path.of("/data");

  private Store open(StoreSettings settings) throws IOException {
    return Store.open(folder, settings, time, disk, new InlineWorkers(), new Telemetry());
  }

  private Store open() throws IOException {
    return open(StoreSettings.defaults());
  }

  private static void put(Store store, Labels labels, long at, double value) {
    Appender batch = store.appender();
    assertThat(batch.append(batch.series(labels), at, value)).isEqualTo(AppendOutcome.APPENDED);
    batch.commit();
  }

  @Test
  void showsWhatWasCommitted() throws IOException {
    try (Store store = open()) {
      put(store, UP, START, 1);
      put(store, UP, START + 1000, 2);
      put(store, DOWN, START, 3);
      assertThat(Dump.of(store)).containsExactly(
          Dump.line(DOWN, START, 3), Dump.line(UP, START, 1), Dump.line(UP, START + 1000, 2));
    }
  }

  @Test
  void showsABatchAllAtOnce() throws IOException {
    try (Store store = open()) {
      put(store, UP, START, 1);
      Querier before = store.querier(Long.MIN_VALUE, Long.MAX_VALUE);
      Appender batch = store.appender();
      batch.append(batch.series(UP), START + 1000, 2);
      batch.append(batch.series(DOWN), START + 1000, 2);
      assertThat(Dump.of(store)).hasSize(1);
      batch.commit();
      assertThat(Dump.of((from, to) -> before)).containsExactly(Dump.line(UP, START, 1));
      assertThat(Dump.of(store)).hasSize(3);
    }
  }

  @Test
  void readsTheNewestSampleWithoutTheOthers() throws IOException {
    try (Store store = open()) {
      for (int i = 0; i < 500; i++) {
        put(store, UP, START + i * 1000L, i);
      }
      Querier before = store.querier(Long.MIN_VALUE, Long.MAX_VALUE);
      put(store, UP, START + 500 * 1000L, 500);
      for (int i : new int[] {0, 1, 119, 120, 333, 499, 500}) {
        assertThat(newest(store.querier(Long.MIN_VALUE, Long.MAX_VALUE), START + i * 1000L)).isEqualTo(i);
        assertThat(newest(before, START + i * 1000L)).isEqualTo(Math.min(i, 499));
      }
    }
  }

  private static double newest(Querier querier, long toMillis) {
    SeriesSet found = querier.select(List.of(Matcher.equal("job", "a")));
    assertThat(found.next()).isTrue();
    SampleBuffer samples = new SampleBuffer();
    found.at().readNewest(toMillis - 300_000, toMillis, samples);
    return samples.values()[samples.size() - 1];
  }

  @Test
  void forgetsARolledBackBatch() throws IOException {
    try (Store store = open()) {
      Appender batch = store.appender();
      batch.append(batch.series(UP), START, 1);
      batch.rollback();
      assertThat(Dump.of(store)).isEmpty();
    }
  }

  @Test
  void tellsWhatBecameOfEachSample() throws IOException {
    try (Store store = open()) {
      time.advance(7_200_000);
      put(store, UP, START, 1);
      put(store, UP, START + 7_200_000 / 4, 1);
      long last = START + 7_200_000 / 4;
      Appender batch = store.appender();
      SeriesHandle up = batch.series(UP);
      assertThat(batch.append(up, last, 1)).isEqualTo(AppendOutcome.DUPLICATE_SAME_VALUE);
      assertThat(batch.append(up, last, 2)).isEqualTo(AppendOutcome.DUPLICATE_TIMESTAMP);
      assertThat(batch.append(up, last - 1, 2)).isEqualTo(AppendOutcome.OUT_OF_ORDER);
      assertThat(batch.append(up, last - 7_200_000, 2)).isEqualTo(AppendOutcome.OUT_OF_BOUNDS);
      assertThat(batch.append(up, START + 7_200_000 + 700_000, 2)).isEqualTo(AppendOutcome.OUT_OF_BOUNDS);
      batch.rollback();
    }
  }

  @Test
  void keepsEverythingAcknowledgedOverARestart() throws IOException {
    List<String> before;
    try (Store store = open()) {
      fill(store, 500);
      before = Dump.of(store);
    }
    assertThat(before).hasSize(1000);
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), before)).isEmpty();
      assertThat(store.recovery().cuts()).isEmpty();
      put(store, UP, START + 500 * 15_000L, 9);
    }
  }

  @Test
  void keepsEverythingAcknowledgedWithoutAClose() throws IOException {
    Store killed = open();
    fill(killed, 300);
    List<String> before = Dump.of(killed);
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), before)).isEmpty();
    }
  }

  @Test
  void keepsWhatWasSyncedWhenPowerIsLost() throws IOException {
    Store killed = open();
    fill(killed, 300);
    killed.syncLog();
    List<String> before = Dump.of(killed);
    killed.writeFullChunks();
    put(killed, UP, START + 301 * 15_000L, 5);
    disk.crash();
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), before)).isEmpty();
    }
  }

  @Test
  void keepsEverythingAcknowledgedWhenPowerIsLostIfEachBatchIsForced() throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings forcing = new StoreSettings(
        0, 0, 0, 0, 600, 0, 100, FsyncPolicy.ALWAYS, 5, d.compression(), 7200, d.segmentBytes(), 0);
    Store killed = Store.open(folder, forcing, time, disk, new InlineWorkers(), new Telemetry());
    fill(killed, 50);
    List<String> before = Dump.of(killed);
    disk.crash();
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.of(store), before)).isEmpty();
    }
  }

  @Test
  void readsChunksFromFilesAfterTheyLeftTheHeap() throws IOException {
    try (Store store = open()) {
      fill(store, 1000);
      List<String> before = Dump.of(store);
      store.writeFullChunks();
      assertThat(Dump.difference(Dump.of(store), before)).isEmpty();
    }
    try (Store store = open()) {
      assertThat(Dump.of(store)).hasSize(2000);
      assertThat(store.recovery().samples()).as("the rest lies in head chunk files").isLessThan(600);
    }
  }

  private void fill(Store store, int scrapes) {
    for (int i = 0; i < scrapes; i++) {
      Appender batch = store.appender();
      batch.append(batch.series(UP), START + i * 15_000L, i);
      batch.append(batch.series(DOWN), START + i * 15_000L, Math.sin(i));
      batch.commit();
      time.advance(15_000);
    }
  }

  @Test
  void refusesOnlyNewSeriesBeyondTheLimit() throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings limited = new StoreSettings(
        d.retentionSeconds(), d.retentionBytes(), d.retentionPercent(), 0, 600, 1, 10, d.fsync(), 5, d.compression(), 7200,
        d.segmentBytes(), 0);
    try (Store store = open(limited)) {
      put(store, UP, START, 1);
      Appender batch = store.appender();
      assertThat(batch.append(batch.series(DOWN), START, 1)).isEqualTo(AppendOutcome.SERIES_LIMIT);
      assertThat(batch.append(batch.series(UP), START + 1, 1)).isEqualTo(AppendOutcome.APPENDED);
      batch.commit();
      assertThat(Dump.of(store)).hasSize(2);
    }
  }

  @Test
  void stopsTakingSamplesWhileTheDiskIsFullAndGoesOnAfterwards() throws IOException {
    try (Store store = open()) {
      put(store, UP, START, 1);
      disk.capacity(0);
      Appender batch = store.appender();
      batch.append(batch.series(UP), START + 1000, 2);
      assertThatThrownBy(batch::commit).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("No space left");
      assertThat(Dump.of(store)).hasSize(1);
      disk.capacity(1L << 40);
      put(store, UP, START + 2000, 3);
      assertThat(Dump.of(store)).containsExactly(Dump.line(UP, START, 1), Dump.line(UP, START + 2000, 3));
    }
    try (Store store = open()) {
      assertThat(Dump.of(store)).hasSize(2);
    }
  }

  @Test
  void keepsEveryAcknowledgedBatchWhicheverOperationFails() throws IOException {
    for (int fault = 1; fault < 60; fault++) {
      SimulatedDisk faulty = new SimulatedDisk();
      List<String> acknowledged = new ArrayList<>();
      Store store = Store.open(folder, StoreSettings.defaults(), time, faulty, new InlineWorkers(), new Telemetry());
      faulty.failOperation(fault, false);
      for (int i = 0; i < 40; i++) {
        Appender batch = store.appender();
        batch.append(batch.series(UP), START + i, i);
        try {
          batch.commit();
          acknowledged.add(Dump.line(UP, START + i, i));
        } catch (StoreUnavailableException e) {
          assertThat(e).hasMessageContaining("simulated fault");
        }
        if (i % 7 == 0) {
          store.syncLog();
        }
      }
      faulty.heal();
      acknowledged.sort(null);
      assertThat(Dump.difference(Dump.of(store), acknowledged)).as("fault %d", fault).isEmpty();
      Store reopened = Store.open(folder, StoreSettings.defaults(), time, faulty, new InlineWorkers(), new Telemetry());
      assertThat(Dump.difference(Dump.of(reopened), acknowledged)).as("after fault %d", fault).isEmpty();
    }
  }
}
