package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.AccessEntry;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SimulatedEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final long DAY = 86_400_000;
  private static final Path FOLDER = Path.of("/data");

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private final Disk disk = world.environment().disk();
  private final AccessLog log = new AccessLog(disk, world.environment().telemetry(), FOLDER);

  AccessLogTest() throws IOException {
    disk.createDirectories(FOLDER);
  }

  private static AccessEntry entry(long at, Optional<String> user, boolean wrong, String path, int status) {
    return new AccessEntry(at, "agent", "10.0.0.9", user, wrong, "GET", path, status, 3);
  }

  private String read(String file) throws IOException {
    return disk.exists(FOLDER.resolve(file)) ? new String(disk.readAll(FOLDER.resolve(file)), StandardCharsets.UTF_8) : "";
  }

  @Test
  void writesALineForEveryRequest() throws IOException {
    log.accept(entry(0, Optional.of("scrape"), false, "/metrics", 200));
    log.accept(entry(1, Optional.empty(), false, "/a\nb", 404));
    log.write();
    assertThat(read("access.log")).isEqualTo("""
        1970-01-01T00:00:00Z agent 10.0.0.9 scrape GET /metrics 200 3ms
        1970-01-01T00:00:00.001Z agent 10.0.0.9 - GET /a?b 404 3ms
        """);
  }

  @Test
  void auditsEveryWrongLoginAndEachUserOnceADay() throws IOException {
    for (long at : new long[] {0, 1, DAY}) {
      log.accept(entry(at, Optional.of("scrape"), false, "/metrics", 200));
      log.accept(entry(at, Optional.empty(), true, "/metrics", 401));
    }
    log.write();
    assertThat(read("audit.log").lines()).hasSize(5)
        .filteredOn(line -> line.contains("accepted user scrape")).hasSize(2);
  }

  @Test
  void beginsANewFileWhenOneIsFull() throws IOException {
    String path = "/" + "x".repeat(190);
    while (!disk.exists(FOLDER.resolve("access.log.old"))) {
      for (int i = 0; i < 10_000; i++) {
        log.accept(entry(i, Optional.empty(), false, path, 200));
      }
      log.write();
    }
    assertThat(disk.size(FOLDER.resolve("access.log.old"))).isLessThanOrEqualTo(AccessLog.FILE_BYTES_MAX);
    assertThat(disk.size(FOLDER.resolve("access.log"))).isLessThan(AccessLog.FILE_BYTES_MAX);
  }

  @Test
  void countsWhatDoesNotFit() {
    for (int i = 0; i < 10_001; i++) {
      log.accept(entry(i, Optional.empty(), false, "/", 200));
    }
    assertThat(new String(world.environment().telemetry().exposition(), StandardCharsets.UTF_8))
        .contains("meshwatch_access_log_lines_dropped_total 1.0");
  }
}
