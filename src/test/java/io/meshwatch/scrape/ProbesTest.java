package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Problem;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProbesTest {
  private static final int PORT = 8080;

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private final RecordingStore store = new RecordingStore();
  private final Probes probes = new Probes(world.environment(), store::appender);
  private int status = 200;

  private void listen() {
    world.environment().listeners().open(
        new ListenerSpec("page", "127.0.0.1", PORT, Optional.empty(), Optional.empty(), 1000),
        (request, reply) -> {
          if (request.path().equals("/old")) {
            reply.status(302).header("Location", "/").send("text/plain", "");
          } else {
            reply.status(status).send("text/plain", "all is well");
          }
        });
  }

  private void run(ProbeSettings... settings) {
    probes.apply(List.of(settings), 15);
    world.time().advance(15_000);
  }

  private static ProbeSettings http(String path) {
    return ProbeSettings.of("page", ProbeSettings.Kind.HTTP, "http://127.0.0.1:" + PORT + path);
  }

  @Test
  void saysThatAPageAnswers() {
    listen();
    run(http("/"));
    assertThat(store.last("probe_success")).isEqualTo(1);
    assertThat(store.last("probe_http_status_code")).isEqualTo(200);
    assertThat(store.last("probe_http_uncompressed_body_length")).isEqualTo(11);
    assertThat(store.labels("probe_success")).isEqualTo("{__name__=\"probe_success\", instance=\"http://127.0.0.1:8080/\", job=\"page\"}");
  }

  @Test
  void countsRedirects() {
    listen();
    run(http("/old"));
    assertThat(store.last("probe_http_redirects")).isEqualTo(1);
    assertThat(store.last("probe_success")).isEqualTo(1);
  }

  @Test
  void saysWhyAPageFails() {
    listen();
    status = 500;
    run(http("/"));
    assertThat(store.last("probe_success")).isZero();
    assertThat(store.labels("meshwatch_probe_failure_info")).contains("phase=\"status\"", "the answer has status 500");
    status = 200;
    world.time().advance(15_000);
    assertThat(store.last("probe_success")).isEqualTo(1);
    assertThat(store.last("meshwatch_probe_failure_info")).isNaN();
  }

  @Test
  void saysThatNobodyListens() {
    run(ProbeSettings.of("tcp", ProbeSettings.Kind.TCP, "127.0.0.1:1"));
    assertThat(store.last("probe_success")).isZero();
    assertThat(store.labels("meshwatch_probe_failure_info")).contains("phase=\"connect\"", "was refused");
  }

  @Test
  void endsTheSeriesOfAProbeThatIsGone() {
    listen();
    run(http("/"));
    probes.apply(List.of(), 15);
    assertThat(store.last("probe_success")).isNaN();
  }

  @Test
  void namesTheFieldThatIsWrong() {
    List<Problem> problems = ProbeSettings.check(List.of(
        ProbeSettings.of("a", ProbeSettings.Kind.HTTP, "127.0.0.1:80"),
        ProbeSettings.of("b", ProbeSettings.Kind.TCP, "http://x"),
        ProbeSettings.of("c", ProbeSettings.Kind.DNS, "")));
    assertThat(problems).extracting(Problem::message).satisfiesExactly(
        first -> assertThat(first).startsWith("probes[0].target: "),
        second -> assertThat(second).startsWith("probes[1].target: "),
        third -> assertThat(third).startsWith("probes[2].query: "));
  }
}
