package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpListener;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service that notices Sonar's silence, as a small server. */
class HeartbeatTest {
  private static final String PATH = "/ping/0d3b4c5e-secret";

  private final SonarWorld world = new SonarWorld();
  private final AtomicInteger calls = new AtomicInteger();
  private int status = 200;
  private HttpListener service;

  @BeforeEach
  void open() {
    service = world.serve("watcher.example.com"::equals, (request, reply) -> {
      calls.addAndGet(request.path().equals(PATH) ? 1 : 1000);
      reply.status(status).send("text/plain", "OK");
    });
  }

  @AfterEach
  void close() {
    service.close();
  }

  private Sonar sonar() {
    HeartbeatSettings heartbeat = new HeartbeatSettings(Secret.of("http://watcher.example.com:" + service.port() + PATH), 60, Optional.empty());
    return world.sonar(SonarWorld.with(SonarWorld.settings(), heartbeat));
  }

  private double value(String metric, String... more) {
    Labels.Builder labels = Labels.of(Labels.JOB, "sonar", Labels.METRIC_NAME, metric).toBuilder();
    if (more.length == 2) {
      labels.set(more[0], more[1]);
    }
    return world.store.at(labels.build(), world.now());
  }

  @Test
  void isToldAsLongAsRunsEnd() {
    sonar();
    world.advanceSeconds(310);

    assertThat(calls.get()).isEqualTo(5);
    assertThat(value("sonar_heartbeat_pings_total", "result", "success")).isEqualTo(5);
    assertThat(value("sonar_heartbeat_ping_success")).isOne();
  }

  @Test
  void aCallThatDoesNotGetThroughIsVisible() {
    sonar();
    world.advanceSeconds(130);
    status = 502;
    world.advanceSeconds(120);
    assertThat(value("sonar_heartbeat_ping_success")).isZero();
    assertThat(value("sonar_heartbeat_pings_total", "result", "failure")).isEqualTo(2);

    service.close();
    world.advanceSeconds(60);
    assertThat(value("sonar_heartbeat_pings_total", "result", "failure")).isEqualTo(3);
    assertThat(world.value("sonar_runs_total", "result", "success")).as("nothing else depends on it").isEqualTo(5);
  }

  @Test
  void isToldNothingWhenSonarStandsStill() {
    Sonar sonar = sonar();
    world.advanceSeconds(120);
    sonar.apply(SonarWorld.with(SonarWorld.flat(60, List.of()), heartbeatOf()));
    int before = calls.get();
    world.advanceSeconds(600);

    assertThat(calls.get()).isEqualTo(before);
  }

  private HeartbeatSettings heartbeatOf() {
    return new HeartbeatSettings(Secret.of("http://watcher.example.com:" + service.port() + PATH), 60, Optional.empty());
  }

  @Test
  void itsAddressIsSecret() {
    SonarSettings wrong = SonarWorld.with(SonarWorld.settings(), new HeartbeatSettings(Secret.of("hc-ping.com/0d3b4c5e-secret"), 60, Optional.empty()));

    assertThat(wrong.check()).singleElement().satisfies(problem -> assertThat(problem.message())
        .contains("sonar.heartbeat.url: expected a URL").doesNotContain("0d3b4c5e"));
    assertThat(wrong.heartbeat().toString()).doesNotContain("0d3b4c5e");
  }
}
