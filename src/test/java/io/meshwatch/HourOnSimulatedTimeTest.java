package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.notify.NotificationStore;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The whole way from a scraped page to a mail, on simulated time, network and disk: an hour passes in about a second. */
class HourOnSimulatedTimeTest {
  private static final long MINUTE = 60_000;
  private static final int NODE_PORT = 9100;
  private static final String CONFIGURATION = """
      { monitor =
        { installation = "simulated"
        , operatorAlertAddresses = [ "ops@example.com" ]
        , mail = { host = "relay", sender.address = "meshwatch@example.com" }
        , nodes = [ { name = "node-1", address = "10.0.0.1" } ]
        }
      }
      """;

  private final SimulatedEnvironment world = new SimulatedEnvironment(Instant.parse("2026-01-05T08:00:00Z").toEpochMilli());
  private final SimulatedMailTransport relay = new SimulatedMailTransport();

  private HttpListener node() {
    ListenerSpec spec = new ListenerSpec("node", "10.0.0.1", NODE_PORT, Optional.empty(), Optional.empty(), 1024);
    return world.environment().listeners().open(spec, (request, reply) -> reply.send(
        "text/plain; version=0.0.4", "# TYPE node_load5 gauge\nnode_load5 0.25\nnode_time_seconds " + world.time().wallMillis() / 1000.0 + "\n"));
  }

  private Meshwatch start() throws Exception {
    Environment environment = world.restarted();
    Path data = Path.of("/data");
    Config config = new ConfigLoader(environment.disk(), name -> Optional.empty(), Path.of("/home"))
        .load(CONFIGURATION, Path.of("/etc/monitor.dhall"))
        .config();
    Meshwatch.Outside outside = new Meshwatch.Outside(mail -> relay, path -> NotificationStore.inMemory(), () -> config, Path.of("/etc"));
    return Meshwatch.start(environment, config, data, outside);
  }

  private List<String> subjects() {
    return relay.accepted().stream().map(MailMessage::subject).toList();
  }

  @Test
  void mailsWhenANodeStopsAndWhenItIsBack() throws Exception {
    HttpListener node = node();
    try (Meshwatch meshwatch = start()) {
      world.time().advance(20 * MINUTE);
      assertThat(subjects()).noneMatch(subject -> subject.contains("NodeDown") || subject.contains("not reachable"));

      node.close();
      // The last good sample leaves the window of 5 minutes, the alert waits 1, its group 45 seconds.
      world.time().advance(8 * MINUTE);
      assertThat(subjects()).anyMatch(subject -> subject.contains("10.0.0.1"));
      int before = relay.accepted().size();

      node();
      world.time().advance(32 * MINUTE);
      assertThat(subjects().subList(before, subjects().size())).anyMatch(subject -> subject.contains("resolved"));
      assertThat(meshwatch.port()).isPositive();
    }
  }

  @Test
  void keepsSamplesOverARestart() throws Exception {
    node();
    try (Meshwatch meshwatch = start()) {
      world.time().advance(5 * MINUTE);
      assertThat(meshwatch.port()).isPositive();
    }
    long end = world.time().wallMillis();
    try (Meshwatch again = start()) {
      assertThat(again.query("count_over_time(node_load5[10m])", end)).contains("20");
    }
  }
}
