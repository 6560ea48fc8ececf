package io.meshwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On a folder that Prometheus wrote. */
class TsdbCommandTest {
  private static final Path RECORDED = Shared.folder("corpora/tsdb/prom242_dir");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path scratch;

  private int run(String... arguments) {
    CommandLine line = MeshwatchCommand.commandLine(new TsdbCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "tsdb";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }

  private Path copy() throws IOException {
    Path to = scratch.resolve("data");
    try (Stream<Path> tree = Files.walk(RECORDED)) {
      for (Path each : tree.toList()) {
        Path target = to.resolve(RECORDED.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
    return to;
  }

  @Test
  void listsBlocks() {
    assertThat(run("list", RECORDED.toString())).isEqualTo(ExitCode.FINE);
    assertThat(out.toString().lines()).hasSize(4).first().asString().startsWith("BLOCK").contains("SAMPLES");
    assertThat(out.toString()).contains("01M814SQZBHQ5P81B5KXK4T5HQ");
  }

  @Test
  void findsNothingWrongWithAGoodFolder() {
    assertThat(run("verify", RECORDED.toString())).isEqualTo(ExitCode.FINE);
    assertThat(out.toString()).contains("3 blocks").contains("all is well");
  }

  @Test
  void namesFileAndByteOfEachDamage() throws IOException {
    Path data = copy();
    Path chunks = data.resolve("01M814SQZBHQ5P81B5KXK4T5HQ/chunks/000001");
    flip(chunks, Files.size(chunks) / 2);
    flip(data.resolve("wal/00000000"), 20);
    assertThat(run("verify", data.toString())).isEqualTo(ExitCode.NO);
    assertThat(out.toString()).contains(chunks + " at byte ").contains(data.resolve("wal/00000000") + " at byte ").contains("2 damaged places");
  }

  private static void flip(Path path, long offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      int value = file.read();
      file.seek(offset);
      file.write(value ^ 1);
    }
  }

  @Test
  void showsWhatFillsTheNewestBlock() {
    assertThat(run("analyze", RECORDED.toString(), "--limit", "3")).isEqualTo(ExitCode.FINE);
    assertThat(out.toString()).contains("Series: ").contains("Metrics with the most series:").contains("Labels with the most values:");
    assertThat(run("analyze", RECORDED.toString(), "01M814SQZBHQ5P81B5KXK4T5HZ")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("expected one of the blocks");
  }

  @Test
  void saysThatThereIsNoSuchFolder() {
    assertThat(run("list", scratch.resolve("nothing").toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("expected a data folder");
  }
}
