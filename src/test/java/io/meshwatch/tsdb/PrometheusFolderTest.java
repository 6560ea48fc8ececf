package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.environment.SimulatedEnvironment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that Prometheus wrote. */
class PrometheusFolderTest {
  private final SimulatedTime time = new SimulatedEnvironment(1_795_334_990_000L).time();

  @TempDir Path scratch;

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path each : tree.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private List<String> recordedDump() throws IOException {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(Shared.folder("corpora/tsdb/prom242_dir.dump.txt.gz"))), StandardCharsets.UTF_8))) {
      return reader.lines().map(Dump::fromPromtool).sorted().toList();
    }
  }

  private Store open() throws IOException {
    StoreSettings defaults = StoreSettings.defaults();
    StoreSettings keeping = new StoreSettings(
        0, 0, 0, 0, 600, 0, 100, defaults.fsync(), 5, defaults.compression(), 7200, defaults.segmentBytes(), 0);
    return Store.open(scratch.resolve("data"), keeping, time, new SystemDisk(), new InlineWorkers(), new Telemetry());
  }

  @Test
  void givesTheSamplesThatPromtoolDumps() throws IOException {
    copy(Shared.folder("corpora/tsdb/prom242_dir"), scratch.resolve("data"));
    try (Store store = open()) {
      assertThat(store.recovery().cuts()).isEmpty();
      assertThat(store.recovery().unknownReferences()).isZero();
      assertThat(Dump.difference(Dump.asPromtool(Dump.of(store)), recordedDump())).isEmpty();
    }
  }

  @Test
  void stillGivesThemAfterCompactingAndReopening() throws IOException {
    copy(Shared.folder("corpora/tsdb/prom242_dir"), scratch.resolve("data"));
    try (Store store = open()) {
      store.maintain();
      assertThat(Dump.difference(Dump.asPromtool(Dump.of(store)), recordedDump())).isEmpty();
    }
    try (Store store = open()) {
      assertThat(Dump.difference(Dump.asPromtool(Dump.of(store)), recordedDump())).isEmpty();
    }
  }
}
