package io.meshwatch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How log lines look: on standard error, from the level in {@code MESHWATCH_LOG_LEVEL} upwards. Set up without an XML file, which would
 * take a tenth of the start to read. Who names a file in {@code logback.configurationFile} is obeyed.
 *
 * @see <a href="https://logback.qos.ch/manual/configuration.html">Logback's search for a configuration</a>
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n%ex{12}";
  private static final String LEVEL_VARIABLE = "MESHWATCH_LOG_LEVEL";
  /** Tell much that nobody asked for. */
  private static final List<String> CHATTY = List.of("org.eclipse.jetty", "org.apache.hc");

  private final @Nullable String wanted;

  /** Found and made by Logback. */
  public LogConfigurator() {
    this(System.getenv(LEVEL_VARIABLE));
  }

  /** As if this stood in the variable. */
  LogConfigurator(@Nullable String wanted) {
    this.wanted = wanted;
  }

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    loggers.getStatusManager().add(new NopStatusListener());
    CHATTY.forEach(name -> loggers.getLogger(name).setLevel(Level.WARN));
    Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level level = Level.toLevel(wanted, null);
    root.setLevel(level == null ? Level.INFO : level);
    root.addAppender(standardError(loggers));
    if (wanted != null && level == null) {
      loggers.getLogger(LogConfigurator.class).warn("{} is {}, expected TRACE, DEBUG, INFO, WARN, ERROR or OFF; INFO is used", LEVEL_VARIABLE, wanted);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext loggers) {
    PatternLayoutEncoder lines = new PatternLayoutEncoder();
    lines.setContext(loggers);
    lines.setPattern(PATTERN);
    lines.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(loggers);
    appender.setTarget("System.err");
    appender.setEncoder(lines);
    appender.start();
    return appender;
  }
}
