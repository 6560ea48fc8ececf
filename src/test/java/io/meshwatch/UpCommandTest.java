package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.meshwatch.cli.ExitCode;
import io.meshwatch.cli.MeshwatchCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** What goes wrong at start is one sentence that says what to do. */
class UpCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();

  private int up(String... arguments) {
    CommandLine line = MeshwatchCommand.commandLine(new UpCommand());
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "up";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }

  private String minimal(int port) throws Exception {
    Path file = folder.resolve("monitor.dhall");
    Files.writeString(file, "{ monitor.listen = \"127.0.0.1:" + port + "\" }");
    return file.toString();
  }

  @Test
  void namesABusyPortAndTheOptionThatMovesIt() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = busy.getLocalPort();
      assertThat(up("--config", minimal(port), "--data", folder.resolve("data").toString())).isEqualTo(ExitCode.FAILED);
      assertThat(err.toString().strip()).isEqualTo("meshwatch: port " + port
          + " on 127.0.0.1 (page) is in use by another program; choose another with --listen HOST:PORT");
    }
  }

  @Test
  void namesADataFolderThatCannotBeWritten() {
    assertThat(up("--data", "/proc/meshwatch")).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString().strip()).startsWith("meshwatch: cannot use the data folder /proc/meshwatch:").endsWith("Choose another with --data DIR")
        .hasLineCount(1);
  }

  @Test
  void refusesAFolderThatAnotherProcessUses() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    try (FileChannel channel = FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(channel.lock().isValid()).isTrue();
      assertThat(up("--data", data.toString())).isEqualTo(ExitCode.FAILED);
      assertThat(err.toString().strip()).startsWith("meshwatch: another meshwatch uses the data folder");
    }
  }

  @Test
  void logsWhatDeservesAttentionInAConfiguration() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UpProgram.class);
    logger.addAppender(log);
    logger.setLevel(Level.WARN);
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file = folder.resolve("monitor.dhall");
      Files.writeString(file,
          "{ monitor = { listen = \"127.0.0.1:" + busy.getLocalPort() + "\", additionalAlertAddresses = [ \"a@example.com\" ] } }");
      assertThat(up("--config", file.toString(), "--data", folder.resolve("data").toString())).isEqualTo(ExitCode.FAILED);
    } finally {
      logger.setLevel(null);
      logger.detachAppender(log);
    }
    assertThat(log.list).singleElement().satisfies(event -> {
      assertThat(event.getLevel()).isEqualTo(Level.WARN);
      assertThat(event.getFormattedMessage()).contains("monitor.dhall:1:").contains("no `mail` relay");
    });
  }

  @Test
  void listsEveryMistakeOfAConfiguration() throws Exception {
    Path file = folder.resolve("bad.dhall");
    Files.writeString(file, "{ monitor = { scrapeIntervall = 5, evaluationInterval = 0 } }");
    assertThat(up("--config", file.toString(), "--data", folder.resolve("data").toString())).isEqualTo(ExitCode.NO);
    assertThat(err.toString()).contains("bad.dhall:1:15: unknown field `scrapeIntervall`; did you mean `scrapeInterval`?")
        .contains("evaluationInterval: expected more than 0 seconds");
  }

  @Test
  void readsPlainArgumentsWithoutTheLibrary() {
    assertThat(UpProgram.of(new String[] {"up"})).contains(
        new UpProgram(Optional.empty(), Path.of("data"), Optional.empty(), UpProgram.DEFAULT_FIRST_PORT));
    assertThat(UpProgram.of(new String[] {"up", "--listen", "0.0.0.0:80", "--data", "/d", "--config", "m.dhall"})).contains(
        new UpProgram(Optional.of(Path.of("m.dhall")), Path.of("/d"), Optional.of("0.0.0.0:80"), UpProgram.DEFAULT_FIRST_PORT));
  }

  @Test
  void leavesEverythingElseToTheLibrary() {
    for (String line : List.of("", "check", "up --help", "up --config", "up --data=/d", "up --config --data", "up --ports-from 1000", "up extra")) {
      assertThat(UpProgram.of(line.isEmpty() ? new String[0] : line.split(" "))).as(line).isEmpty();
    }
  }
}
