package io.meshwatch;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the operators that the store takes no samples, because the disk is full or cannot be written. A rule could not: what it would
 * ask about is just what is not stored. Closing it stops looking.
 */
final class StoreAlarm implements AutoCloseable {
  static final String ALERT = "MonitorStoreRefusesSamples";
  private static final long PERIOD_MILLIS = 15_000;
  /** An alert that is not sent again counts as resolved after this. */
  private static final long VALID_MILLIS = 4 * PERIOD_MILLIS;
  /** A single failed batch is no reason for a mail. */
  private static final int LOOKS_BEFORE_ALERT = 2;

  private static final Labels LABELS = Labels.of(Alert.ALERT_NAME, ALERT, "severity", "critical", "component", "meta");

  private final Environment environment;
  private final Supplier<Optional<String>> trouble;
  private final AlertSink sink;
  private final String pageUrl;
  private int looksWithTrouble;
  private long sinceMillis;
  private Labels annotations = Labels.EMPTY;
  private Timers.@Nullable Timer timer;

  /** Asks for trouble with the store every 15 seconds. */
  StoreAlarm(Environment environment, Supplier<Optional<String>> trouble, AlertSink sink, String pageUrl) {
    this.environment = environment;
    this.trouble = trouble;
    this.sink = sink;
    this.pageUrl = pageUrl;
  }

  void start() {
    timer = environment.timers().every("store alarm", PERIOD_MILLIS, 0, this::look);
  }

  void look(long nowMillis) {
    Optional<String> reason = trouble.get();
    if (reason.isPresent()) {
      looksWithTrouble++;
      if (looksWithTrouble == 1) {
        sinceMillis = nowMillis;
      }
      annotations = Labels.of(
          "summary", "The monitor stores no samples",
          "description", reason.get() + " Rules and dashboards see no new data. First: df -h and dmesg on the monitor's machine; "
              + "lower the retention or enlarge the volume.",
          "runbook_url", pageUrl + "/runbooks/StorageWriteProblem");
      if (looksWithTrouble >= LOOKS_BEFORE_ALERT) {
        send(nowMillis + VALID_MILLIS, nowMillis);
      }
    } else if (looksWithTrouble >= LOOKS_BEFORE_ALERT) {
      looksWithTrouble = 0;
      send(nowMillis, nowMillis);
    } else {
      looksWithTrouble = 0;
    }
  }

  private void send(long endsAtMillis, long nowMillis) {
    sink.accept(List.of(new Alert(LABELS, annotations, sinceMillis, endsAtMillis, nowMillis, pageUrl, OptionalDouble.empty())));
  }

  @Override
  public void close() {
    Timers.Timer running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }
}
