package io.meshwatch.deploy;

import io.meshwatch.environment.AccessEntry;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.LineFile;
import io.meshwatch.environment.Telemetry;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down who asked for what, and which credentials were used by whom: {@code access.log} has a line for every request,
 * {@code audit.log} one for every wrong login, and one a day for each user at each address that logs in. Both begin anew, keeping one older
 * file, when they are full. Lines wait in a bounded queue until {@link #write}; what does not fit is counted. Safe for all threads, except
 * that only one may write.
 */
public final class AccessLog implements Consumer<AccessEntry> {
  static final long FILE_BYTES_MAX = 10L << 20;
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
  private static final int QUEUE_MAX = 10_000;
  private static final int KNOWN_USERS_MAX = 10_000;
  private static final int TEXT_MAX = 200;
  private static final long DAY_MILLIS = 86_400_000;

  private final LineFile access;
  private final LineFile audit;
  private final ArrayBlockingQueue<AccessEntry> waiting = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Runnable dropped;
  private final Map<String, Long> auditedDay = new LinkedHashMap<>();
  private boolean failed;

  /** A log in this folder. */
  public AccessLog(Disk disk, Telemetry telemetry, Path folder) {
    this(disk, counted(telemetry), folder);
  }

  /** A log in this folder that tells somebody else about each line that was dropped. */
  public AccessLog(Disk disk, Runnable dropped, Path folder) {
    this.access = new LineFile(disk, folder.resolve("access.log"), FILE_BYTES_MAX);
    this.audit = new LineFile(disk, folder.resolve("audit.log"), FILE_BYTES_MAX);
    this.dropped = dropped;
  }

  private static Runnable counted(Telemetry telemetry) {
    CounterDataPoint lines = telemetry.counter("meshwatch_access_log_lines_dropped", "Requests that were not written down because too many waited.").labelValues();
    return lines::inc;
  }

  @Override
  public void accept(AccessEntry entry) {
    if (!waiting.offer(entry)) {
      dropped.run();
    }
  }

  /** Writes what waits. */
  public void write() {
    StringBuilder requests = new StringBuilder();
    StringBuilder logins = new StringBuilder();
    for (AccessEntry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
      requests.append(request(entry));
      if (entry.loginFailed()) {
        logins.append(login(entry, "refused"));
      } else if (entry.user().isPresent() && isNewToday(entry)) {
        logins.append(login(entry, "accepted user " + clean(entry.user().get())));
      }
    }
    try {
      access.append(requests);
      audit.append(logins);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        LOG.warn("the access log cannot be written: {}", e.getMessage());
      }
      failed = true;
    }
  }

  private boolean isNewToday(AccessEntry entry) {
    if (auditedDay.size() >= KNOWN_USERS_MAX) {
      auditedDay.clear();
    }
    long day = entry.atMillis() / DAY_MILLIS;
    String who = entry.listener() + ' ' + entry.user().orElse("") + ' ' + entry.remoteAddress();
    Long before = auditedDay.put(who, day);
    return before == null || before != day;
  }

  private static String request(AccessEntry entry) {
    return Instant.ofEpochMilli(entry.atMillis()) + " " + entry.listener() + " " + entry.remoteAddress() + " " + entry.user().map(AccessLog::clean).orElse("-")
        + " " + clean(entry.method()) + " " + clean(entry.path()) + " " + entry.status() + " " + entry.durationMillis() + "ms\n";
  }

  private static String login(AccessEntry entry, String what) {
    return Instant.ofEpochMilli(entry.atMillis()) + " " + entry.listener() + " " + entry.remoteAddress() + " " + what + "\n";
  }

  /** One line stays one line, whatever the other side sends. */
  private static String clean(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < Math.min(text.length(), TEXT_MAX); i++) {
      char c = text.charAt(i);
      plain.append(Character.isISOControl(c) || Character.isWhitespace(c) ? '?' : c);
    }
    return text.length() <= TEXT_MAX ? plain.toString() : plain.append('…').toString();
  }
}
