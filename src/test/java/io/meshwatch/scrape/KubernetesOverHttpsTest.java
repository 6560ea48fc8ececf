package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.kubernetes.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows an API server over real connections, which stay open and break. */
class KubernetesOverHttpsTest {
  private static final long PATIENCE_MILLIS = 20_000;

  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private final FakeCluster cluster = new FakeCluster(true);
  private HttpListener listener;
  private KubernetesDiscovery discovery;

  @BeforeEach
  void start() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    listener = environment.listeners().open(new ListenerSpec("cluster", "127.0.0.1", 0, Optional.of(certificates.server("api", "127.0.0.1", 10)),
        Optional.empty(), 1024), cluster::answer);
    Path token = folder.resolve("token");
    Files.writeString(token, FakeCluster.TOKEN + "\n");
    ConnectionSettings usual = ConnectionSettings.defaults().withTls(ConnectionSettings.Tls.ca(certificates.ca().toString()));
    ConnectionSettings.Authorization bearer = new ConnectionSettings.Authorization("Bearer", Secret.EMPTY, Optional.of(token.toString()));
    discovery = new KubernetesDiscovery(
        new DiscoverySettings.FromKubernetes(Role.SERVICE, "https://127.0.0.1:" + listener.port(), Optional.empty(),
            new ConnectionSettings(usual.basicAuth(), Optional.of(bearer), usual.oauth2(), usual.headers(), usual.tls(), true, usual.proxy()),
            List.of("shop"), false, List.of(), false, false),
        environment);
  }

  @AfterEach
  void stop() {
    discovery.close();
    cluster.dropWatches();
    listener.close();
    system.close();
  }

  private static String service(String name) {
    return "{\"metadata\": {\"name\": \"" + name + "\", \"namespace\": \"shop\"}, \"spec\": {\"ports\": [{\"port\": 80}]}}";
  }

  private void await(Predicate<List<String>> wanted) throws InterruptedException {
    List<String> sources = List.of();
    for (long waited = 0; waited < PATIENCE_MILLIS; waited += 20) {
      try {
        sources = discovery.find().stream().map(TargetGroup::source).toList();
        if (wanted.test(sources)) {
          return;
        }
      } catch (Discovery.DiscoveryException notYet) {
        sources = List.of(String.valueOf(notYet.getMessage()));
      }
      environment.clock().sleep(20);
    }
    throw new AssertionError(sources + " " + cluster.requests());
  }

  @Test
  void changesArriveOverOneWatchAndABrokenOneIsTakenUpAgain() throws InterruptedException {
    cluster.put("services", service("a"));
    await(sources -> sources.equals(List.of("svc/shop/a")));
    cluster.put("services", service("b"));
    await(sources -> sources.equals(List.of("svc/shop/a", "svc/shop/b")));
    cluster.dropWatches();
    cluster.put("services", service("c"));
    await(sources -> sources.contains("svc/shop/c"));
    assertThat(cluster.requests()).filteredOn(r -> r.startsWith("list")).hasSize(1);
    cluster.remove("services", "shop", "a");
    cluster.forgetHistory();
    cluster.dropWatches();
    await(sources -> sources.equals(List.of("svc/shop/b", "svc/shop/c")));
  }
}
