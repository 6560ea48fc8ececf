package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.environment.TlsTrust;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnMetricsTest {
  private static final String PROMETHEUS = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);

  @BeforeEach
  void listen() {
    Telemetry telemetry = world.environment().telemetry();
    telemetry.counter("meshwatch_things", "Things.", "kind").labelValues("a").inc(3);
    world.environment().listeners().open(new ListenerSpec("page", "127.0.0.1", 80, Optional.empty(), Optional.empty(), 100),
        (request, reply) -> OwnMetrics.send(telemetry, request, reply));
  }

  private HttpResult.Answer ask(String accept) throws InterruptedException {
    HttpCall call = HttpCall.get(URI.create("http://127.0.0.1/metrics"), TlsTrust.PUBLIC);
    return (HttpResult.Answer) world.environment().network().exchange(accept.isEmpty() ? call : call.header("Accept", accept));
  }

  @Test
  void areInTextUnlessOpenMetricsIsLikedBetter() throws InterruptedException {
    for (String accept : new String[] {"", "*/*", "text/html", "text/plain;q=0.9,application/openmetrics-text;q=0.1", "application/openmetrics-text;version=7"}) {
      HttpResult.Answer text = ask(accept);
      assertThat(text.header("Content-Type")).as(accept).hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4; charset=utf-8"));
      assertThat(text.text()).contains("# TYPE meshwatch_things_total counter\n", "meshwatch_things_total{kind=\"a\"} 3.0\n").doesNotContain("# EOF");
    }
  }

  @Test
  void areInOpenMetricsForPrometheus() throws InterruptedException {
    for (String accept : new String[] {PROMETHEUS, "application/openmetrics-text"}) {
      HttpResult.Answer page = ask(accept);
      assertThat(page.header("Content-Type")).hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text; version="));
      assertThat(page.text()).contains("# TYPE meshwatch_things counter\n", "meshwatch_things_total{kind=\"a\"} 3.0\n").endsWith("# EOF\n");
    }
  }
}
