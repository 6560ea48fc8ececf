package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Log lines without a file that describes them. */
class LogConfiguratorTest {
  private static final String FILE = "logback.configurationFile";

  private final String fileOfTests = System.getProperty(FILE, "");
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final LoggerContext loggers = new LoggerContext();

  /** To standard error, as no file says otherwise. */
  private void listen() {
    System.clearProperty(FILE);
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    loggers.setMDCAdapter(new LogbackMDCAdapter());
  }

  @AfterEach
  void giveBack() {
    System.setProperty(FILE, fileOfTests);
    System.setErr(standardError);
  }

  @Test
  void goToStandardErrorWithTimeLevelAndPlace() {
    listen();
    assertThat(new LogConfigurator().configure(loggers)).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
    loggers.getLogger("io.meshwatch.tsdb.Store").info("opened {}", "it");
    loggers.getLogger("io.meshwatch.tsdb.Store").debug("nobody asked");
    loggers.getLogger("org.eclipse.jetty.server.Server").info("chatter");

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) INFO  Store: opened it\\R");
    assertThat(loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void sayWhenTheLevelIsNone() {
    listen();
    new LogConfigurator("loud").configure(loggers);

    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("WARN", "MESHWATCH_LOG_LEVEL is loud, expected TRACE, DEBUG, INFO, WARN, ERROR or OFF");
    assertThat(loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void leaveTheLookToAFileThatIsNamed() {
    System.setProperty(FILE, "mine.xml");
    assertThat(new LogConfigurator().configure(new LoggerContext())).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
  }
}
