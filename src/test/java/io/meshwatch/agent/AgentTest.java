package io.meshwatch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import org.junit.jupiter.api.Test;

class AgentTest {
  private final SimulatedEnvironment environment = new SimulatedEnvironment(1_800_000_000_000L);

  @Test
  void servesThisMachinesMetricsOnlyToWhoKnowsThePassword() throws Exception {
    AgentSettings settings = new AgentSettings("127.0.0.1", 0, "agent.crt", "agent.key", "scrape", Secret.of("right"));
    try (Agent agent = new Agent(environment.environment().clock(), environment.environment().listeners(), settings)) {
      HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + agent.port() + "/metrics"), TlsTrust.PUBLIC);
      assertThat(answer(call).status()).isEqualTo(401);
      assertThat(answer(call.withBasicAuth("scrape", Secret.of("wrong"))).status()).isEqualTo(401);
      HttpResult.Answer page = answer(call.withBasicAuth("scrape", Secret.of("right")));
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.header("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(page.text()).contains("node_time_seconds 1800000000\n", "node_scrape_collector_success{collector=\"cpu\"} ");
      URI other = URI.create("https://127.0.0.1:" + agent.port() + "/");
      assertThat(answer(HttpCall.get(other, TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("right"))).status()).isEqualTo(404);
    }
  }

  private HttpResult.Answer answer(HttpCall call) throws InterruptedException {
    return (HttpResult.Answer) environment.environment().network().exchange(call);
  }
}
