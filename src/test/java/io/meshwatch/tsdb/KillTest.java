package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process that is killed with signal 9 while it writes. */
@Tag("peers")
class KillTest {
  private static final int ROUNDS = 4;

  @TempDir Path scratch;

  /** The process: commits batch after batch and prints each number when it is acknowledged. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      try (SystemEnvironment system = new SystemEnvironment()) {
        Store store = open(system.environment(), Path.of(arguments[0]));
        long number = Long.parseLong(arguments[1]);
        while (true) {
          Appender batch = store.appender();
          for (int n = 0; n < 50; n++) {
            batch.append(batch.series(Labels.of("__name__", "n", "n", String.valueOf(n))), number, (double) (number + n));
          }
          batch.commit();
          System.out.println(number);
          number++;
          if (number % 500 == 0) {
            store.writeFullChunks();
          }
        }
      }
    }
  }

  private static Store open(Environment world, Path folder) throws IOException {
    return Store.open(folder, StoreSettings.defaults(), world.clock(), world.disk(), world.workers(), world.telemetry());
  }

  @Test
  void everythingAcknowledgedIsThereAfterSignalNine() throws Exception {
    long from = System.currentTimeMillis() - 3_600_000;
    Set<String> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      from = killOneAfter(from, 1500 + 700 * round, acknowledged);
      try (SystemEnvironment system = new SystemEnvironment();
          Store store = open(system.environment(), scratch.resolve("data"))) {
        Set<String> missing = new HashSet<>(acknowledged);
        Dump.of(store).forEach(missing::remove);
        assertThat(missing).as("round %d", round).isEmpty();
      }
    }
  }

  /** Some test launchers load classes themselves and tell the class path only this way. */
  private static String classPath() {
    return KillTest.class.getClassLoader() instanceof URLClassLoader loader
        ? Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(":"))
        : System.getProperty("java.class.path");
  }

  private long killOneAfter(long from, int batches, Set<String> acknowledged) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", Writer.class.getName(), scratch.resolve("data").toString(), String.valueOf(from))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long last = from;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int count = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.matches("[0-9]+")) {
          continue;
        }
        last = Long.parseLong(line);
        for (int n = 0; n < 50; n++) {
          acknowledged.add(Dump.line(Labels.of("__name__", "n", "n", String.valueOf(n)), last, (double) (last + n)));
        }
        if (++count == batches) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    process.waitFor();
    assertThat(acknowledged).isNotEmpty();
    return last + 1000;
  }
}
