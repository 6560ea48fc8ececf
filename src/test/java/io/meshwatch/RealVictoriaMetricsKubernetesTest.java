package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.Config;
import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.deploy.PrometheusDeployment;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.scrape.FakeCluster;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * VictoriaMetrics on the scrape configuration written for Prometheus finds in a cluster what meshwatch finds, with the same labels. Debian's Prometheus is built without
 * discovery in Kubernetes.
 */
@Tag("peers")
class RealVictoriaMetricsKubernetesTest {
  private static final long LOOK_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 60_000;
  private static final List<String> ROLES = List.of("node", "pod", "service", "endpoints", "endpointslice", "ingress");

  @TempDir Path folder;

  private static void fill(FakeCluster cluster) {
    cluster.put("nodes", """
        {"metadata": {"name": "node-1", "labels": {"topology.kubernetes.io/zone": "a"}, "annotations": {"note": "n"}},
         "spec": {"providerID": "aws://i-1"},
         "status": {"addresses": [{"type": "Hostname", "address": "node-1.example.com"}, {"type": "InternalIP", "address": "127.0.0.1"}],
                    "daemonEndpoints": {"kubeletEndpoint": {"Port": 1}}}}
        """);
    cluster.put("pods", """
        {"metadata": {"name": "web-1", "namespace": "shop", "uid": "u-1", "labels": {"app": "web"}, "annotations": {"prometheus.io/scrape": "true"},
                      "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-6b", "uid": "u-0", "controller": true}]},
         "spec": {"nodeName": "node-1",
                  "containers": [{"name": "web", "image": "web:1", "ports": [{"name": "http", "containerPort": 2, "protocol": "TCP"},
                                                                             {"name": "metrics", "containerPort": 3, "protocol": "TCP"}]},
                                 {"name": "sidecar", "image": "side:2"}],
                  "initContainers": [{"name": "setup", "image": "setup:3"}]},
         "status": {"podIP": "127.0.0.1", "hostIP": "127.0.0.1", "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                    "containerStatuses": [{"name": "web", "containerID": "containerd://c1", "image": "web:1", "imageID": "", "ready": true, "restartCount": 0}]}}
        """);
    cluster.put("services", """
        {"metadata": {"name": "web", "namespace": "shop", "labels": {"team": "shop"}},
         "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.5", "ports": [{"name": "http", "port": 4, "protocol": "TCP"}]}}
        """);
    cluster.put("endpoints", """
        {"metadata": {"name": "web", "namespace": "shop"},
         "subsets": [{"ports": [{"name": "http", "port": 2, "protocol": "TCP"}],
                      "addresses": [{"ip": "127.0.0.1", "nodeName": "node-1", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"}}],
                      "notReadyAddresses": [{"ip": "::1", "hostname": "late"}]}]}
        """);
    cluster.put("endpointslices", """
        {"metadata": {"name": "web-x2", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}, "addressType": "IPv4",
         "ports": [{"name": "http", "port": 2, "protocol": "TCP", "appProtocol": "http"}],
         "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": true, "serving": true, "terminating": false}, "zone": "a",
                        "nodeName": "node-1", "hostname": "web-1", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"}}]}
        """);
    cluster.put("ingresses", """
        {"metadata": {"name": "front", "namespace": "shop"},
         "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["shop.example.com"]}],
                  "rules": [{"host": "shop.example.com", "http": {"paths": [{"path": "/cart", "pathType": "Prefix", "backend": {}}]}}, {"host": "other.test"}]}}
        """);
  }

  private static String scrapeConfigs(String server, Path authority, Path token) {
    StringBuilder yaml = new StringBuilder("scrape_configs:\n");
    for (String role : ROLES) {
      yaml.append("""
          - job_name: %s
            scrape_interval: 1h
            kubernetes_sd_configs:
              - role: %s
                api_server: %s
                authorization: {credentials_file: %s}
                tls_config: {ca_file: %s}
            relabel_configs:
              - {source_labels: [__meta_kubernetes_pod_container_name, __meta_kubernetes_ingress_path], target_label: part}
          """.formatted(role, role, server, token, authority));
    }
    return yaml.toString();
  }

  @Test
  void findsTheSameTargetsWithTheSameLabels() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/victoria-metrics")), "victoria-metrics is not installed");
    FakeCluster cluster = new FakeCluster(true);
    fill(cluster);
    TestCertificates certificates = new TestCertificates(folder);
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      HttpListener api = environment.listeners().open(new ListenerSpec("cluster", "127.0.0.1", 0, Optional.of(certificates.server("api", "127.0.0.1", 10)),
          Optional.empty(), 1024), cluster::answer);
      try {
        Path token = Files.writeString(folder.resolve("token"), FakeCluster.TOKEN);
        Path scrape = Files.writeString(folder.resolve("scrape.yml"), scrapeConfigs("https://127.0.0.1:" + api.port(), certificates.ca(), token));
        compare(environment, scrape);
      } finally {
        cluster.dropWatches();
        api.close();
      }
    }
  }

  private void compare(Environment environment, Path scrape) throws Exception {
    String text = "{ monitor = { listen = \"127.0.0.1:" + RealPrometheusTest.freePort() + "\", rules = { core = False, extended = False, kubernetes = False }, "
        + "scrape.scrapeConfigFiles = [ \"" + scrape + "\" ] } }";
    Config config = UpProgram.loader(environment).load(text, folder.resolve("monitor.dhall")).config();
    Path data = Files.createDirectories(folder.resolve("data"));
    try (Meshwatch meshwatch = Meshwatch.start(environment, config, data, Meshwatch.Outside.real(environment, () -> config, folder))) {
      Credentials credentials = new Credentials(environment, data.resolve("credentials"), CredentialSettings.defaults());
      credentials.init(List.of());
      Path files = folder.resolve("files");
      String address = "127.0.0.1:" + RealPrometheusTest.freePort();
      new PrometheusDeployment(environment.disk(), credentials, config, folder, new PrometheusDeployment.Servers(address, "127.0.0.1:9")).render(files);
      Process real = new ProcessBuilder("victoria-metrics", "-promscrape.config=" + files.resolve("prometheus.yml"), "-promscrape.config.strictParse=false",
          "-httpListenAddr=" + address, "-storageDataPath=" + folder.resolve("vm")).redirectErrorStream(true).redirectOutput(folder.resolve("vm.log").toFile()).start();
      try {
        Map<String, Map<String, String>> theirs = Map.of();
        Map<String, Map<String, String>> ours = targets(environment, "http://127.0.0.1:" + meshwatch.port());
        for (long waited = 0; waited < PATIENCE_MILLIS && (theirs.isEmpty() || !theirs.keySet().equals(ours.keySet())); waited += LOOK_MILLIS) {
          Thread.sleep(LOOK_MILLIS);
          theirs = targets(environment, "http://" + address);
          ours = targets(environment, "http://127.0.0.1:" + meshwatch.port());
        }
        assertThat(ours.keySet()).as("its log: %s", Files.readString(folder.resolve("vm.log"))).isEqualTo(theirs.keySet()).hasSizeGreaterThan(10);
        for (Map.Entry<String, Map<String, String>> target : theirs.entrySet()) {
          // There are further labels since the peer's version. It attaches a service's kind and address to its endpoints, Prometheus does not.
          if (target.getKey().contains(" endpoint")) {
            target.getValue().keySet().removeAll(List.of("__meta_kubernetes_service_cluster_ip", "__meta_kubernetes_service_type"));
          }
          assertThat(ours.get(target.getKey())).as(target.getKey()).containsAllEntriesOf(target.getValue());
        }
      } finally {
        real.destroy();
        real.waitFor();
      }
    }
  }

  /** What the cluster says of each target, under its URL and its labels. */
  private static Map<String, Map<String, String>> targets(Environment environment, String server) throws InterruptedException {
    Map<String, Map<String, String>> targets = new TreeMap<>();
    HttpCall call = HttpCall.get(URI.create(server + "/api/v1/targets"), TlsTrust.PUBLIC);
    if (environment.network().exchange(call) instanceof HttpResult.Answer answer && answer.status() == 200) {
      for (JsonNode target : JsonMapper.shared().readTree(answer.text()).path("data").path("activeTargets")) {
        Map<String, String> found = new TreeMap<>();
        target.path("discoveredLabels").properties().stream().filter(label -> label.getKey().startsWith("__meta_") || label.getKey().equals("__address__"))
            .forEach(label -> found.put(label.getKey(), label.getValue().asString()));
        if (ROLES.contains(target.path("scrapePool").asString(""))) {
          targets.put(withoutUsualPort(target.path("scrapeUrl").asString() + " " + target.path("labels").path("job").asString() + " "
              + target.path("labels").path("instance").asString() + " " + target.path("labels").path("part").asString()), found);
        }
      }
    }
    return targets;
  }

  /** Prometheus adds no port of its own since 3.0; the peer does. */
  private static String withoutUsualPort(String text) {
    return text.replaceAll(":80\\b", "");
  }
}
