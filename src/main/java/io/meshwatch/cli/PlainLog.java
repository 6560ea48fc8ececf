package io.meshwatch.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logging for the agent: lines from INFO upwards on standard error. The library that the other commands log with takes 7 MB, a tenth of
 * what the whole agent takes.
 */
public final class PlainLog implements SLF4JServiceProvider {
  private static final String API_VERSION = "2.0.99";

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();

  /** Makes this the log of the process; to be called before anything asks for a logger. */
  public static void use() {
    System.setProperty("slf4j.provider", PlainLog.class.getName());
    // Else it tells that it was told.
    System.setProperty("slf4j.internal.verbosity", "WARN");
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> new Lines(name.substring(name.lastIndexOf('.') + 1), System.err);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return API_VERSION;
  }

  @Override
  public void initialize() {
    // There is nothing to prepare.
  }

  /** Writes as the other commands do: time, level, class, message. */
  static final class Lines extends LegacyAbstractLogger {
    private final transient PrintStream out;

    Lines(String name, PrintStream out) {
      this.name = name;
      this.out = out;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, @Nullable Marker marker, String message, Object @Nullable [] arguments, @Nullable Throwable failure) {
      String text = MessageFormatter.basicArrayFormat(message, arguments);
      out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + name + ": " + text);
      if (failure != null) {
        failure.printStackTrace(out);
      }
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return Logger.class.getName();
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}
