package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Timers;
import io.meshwatch.environment.TlsTrust;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a service elsewhere as long as Sonar is alive, so that its silence is noticed even when this machine is gone. A call that does not
 * get through is counted and logged; nothing else depends on it. Starting and closing are confined to one thread.
 */
final class Heartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long ANSWER_BYTES_MAX = 64 << 10;

  private final Environment environment;
  private final SeriesGroup series;
  private final BooleanSupplier alive;
  private Optional<HeartbeatSettings> settings = Optional.empty();
  private Timers.@Nullable Timer timer;
  /** Confined to the timer's ticks. */
  private String trouble = "";

  /**
   * @param series where the calls are counted
   * @param alive whether runs come to an end as they should
   */
  Heartbeat(Environment environment, SeriesGroup series, BooleanSupplier alive) {
    this.environment = environment;
    this.series = series;
    this.alive = alive;
  }

  /** Goes by these settings from now on. */
  void apply(HeartbeatSettings changed) {
    if (settings.filter(changed::equals).isPresent()) {
      return;
    }
    close();
    settings = Optional.of(changed);
    if (changed.url().isEmpty()) {
      series.removeAll(MetricName.HEARTBEAT_PINGS_TOTAL);
      series.removeAll(MetricName.HEARTBEAT_PING_SUCCESS);
      return;
    }
    series.add(MetricName.HEARTBEAT_PINGS_TOTAL, 0, "result", "success");
    series.add(MetricName.HEARTBEAT_PINGS_TOTAL, 0, "result", "failure");
    timer = environment.timers().every("sonar heartbeat", Math.round(changed.seconds() * 1000), 0, due -> tick(changed));
  }

  private void tick(HeartbeatSettings current) throws InterruptedException {
    if (!alive.getAsBoolean()) {
      return;
    }
    String now = call(current);
    series.add(MetricName.HEARTBEAT_PINGS_TOTAL, 1, "result", now.isEmpty() ? "success" : "failure");
    series.set(MetricName.HEARTBEAT_PING_SUCCESS, now.isEmpty() ? 1 : 0);
    if (now.isEmpty() != trouble.isEmpty()) {
      if (now.isEmpty()) {
        LOG.info("the heartbeat gets through again");
      } else {
        LOG.warn("the heartbeat does not get through: {}", now);
      }
    }
    trouble = now;
  }

  /** What went wrong, without the address, whose path is secret; empty if nothing did. */
  private String call(HeartbeatSettings current) throws InterruptedException {
    URI uri = URI.create(current.url().reveal());
    TlsTrust trust = current.caFile().map(file -> TlsTrust.ca(Path.of(file))).orElse(TlsTrust.PUBLIC);
    HttpCall call = new HttpCall("GET", uri, List.of(), new byte[0], Optional.empty(), trust, TIMEOUT_MILLIS, ANSWER_BYTES_MAX, true);
    return switch (environment.network().exchange(call)) {
      case HttpResult.Failure failure -> failure.message();
      case HttpResult.Answer answer -> answer.status() >= 200 && answer.status() < 300 ? "" : uri.getHost() + " answers " + answer.status();
    };
  }

  /** Calls nobody any more. */
  void close() {
    Timers.Timer current = timer;
    if (current != null) {
      current.cancel(true);
      timer = null;
    }
  }
}
