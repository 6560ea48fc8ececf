package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.tsdb.head.LabelLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real volumes that are full, or that the system makes read-only while we write. Only root may mount them. */
@Tag("peers")
class RealVolumeTest {
  private static final long START = 1_699_999_200_000L;
  private static final int SERIES = 500;

  @TempDir Path scratch;

  private final SimulatedTime time = new SimulatedEnvironment(START).time();
  private final List<String> acknowledged = new ArrayList<>();
  private boolean mounted;

  private Path volume() {
    return scratch.resolve("volume");
  }

  private void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(scratch.resolve("out.txt").toFile()).start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    Assumptions.assumeTrue(
        ended && process.exitValue() == 0, () -> "SKIPPED: " + String.join(" ", command) + " is not possible here");
  }

  private void mount(String... options) throws IOException, InterruptedException {
    Files.createDirectories(volume());
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(options));
    command.add(volume().toString());
    run(command.toArray(String[]::new));
    mounted = true;
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      run("umount", "-l", volume().toString());
    }
  }

  private Store open() throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, 0, 0, 0, 600, 0, 100, FsyncPolicy.ALWAYS, 5, d.compression(), 7200, 4 * 32 * 1024, 0, LabelLimits.DEFAULT, false, 0);
    return Store.open(volume().resolve("data"), settings, time, new SystemDisk(), new InlineWorkers(), new Telemetry());
  }

  private void put(Store store) {
    time.advance(15_000);
    Appender batch = store.appender();
    List<String> lines = new ArrayList<>();
    for (int n = 0; n < SERIES; n++) {
      Labels labels = Labels.of("__name__", "load", "n", String.valueOf(n));
      double value = Math.sin(time.wallMillis() + n * 1e5);
      batch.append(batch.series(labels), time.wallMillis(), value);
      lines.add(Dump.line(labels, time.wallMillis(), value));
    }
    batch.commit();
    acknowledged.addAll(lines);
  }

  private void assertNothingIsLost(Store store, String when) {
    acknowledged.sort(null);
    assertThat(Dump.difference(Dump.of(store), acknowledged)).as(when).isEmpty();
  }

  @Test
  void keepsAnsweringWhileTheVolumeIsFullAndGoesOnWhenThereIsSpace() throws Exception {
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs");
    Path ballast = Files.write(volume().resolve("ballast"), new byte[1_000_000]);
    Store store = open();
    assertThatThrownBy(() -> {
      while (true) {
        put(store);
      }
    }).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("No space left on device").hasMessageContaining("free space");
    assertThat(store.trouble()).contains("No space left on device");
    assertNothingIsLost(store, "while the volume is full");
    store.maintain();
    try (Store again = open()) {
      assertNothingIsLost(again, "opened on the full volume");
    }
    Files.delete(ballast);
    Store later = open();
    put(later);
    assertThat(later.trouble()).isNull();
    assertNothingIsLost(later, "with space again");
    later.close();
  }

  @Test
  void keepsAnsweringWhenTheSystemMakesTheVolumeReadOnly() throws Exception {
    Path image = scratch.resolve("image");
    run("truncate", "-s", "16M", image.toString());
    run("mkfs.ext4", "-q", "-F", image.toString());
    mount("-o", "loop,errors=remount-ro", image.toString());
    Store store = open();
    put(store);
    put(store);
    String device = Files.readAllLines(Path.of("/proc/mounts")).stream()
        .filter(line -> line.contains(volume().toString())).map(line -> line.split(" ")[0]).findFirst().orElseThrow();
    Path trigger = Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString(), "trigger_fs_error");
    Assumptions.assumeTrue(Files.isWritable(trigger), "SKIPPED: the kernel does not let us break a file system");
    Files.writeString(trigger, "broken by a test");
    assertThatThrownBy(() -> put(store)).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("make it writable");
    assertThat(store.trouble()).contains("Read-only file system");
    assertNothingIsLost(store, "on the read-only volume");
    store.maintain();
    assertThatThrownBy(store::close).isInstanceOf(IOException.class);
    assertThatThrownBy(this::open).as("a start without a place to write").hasMessageContaining("Read-only file system");
    run("umount", "-l", volume().toString());
    mount("-o", "loop", image.toString());
    try (Store again = open()) {
      assertNothingIsLost(again, "mounted again");
      put(again);
      assertNothingIsLost(again, "writing again");
    }
  }
}
