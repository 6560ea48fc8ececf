package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.kubernetes.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KubernetesDiscoveryTest {
  private static final int PORT = 6443;
  private static final String NODE = """
      {"metadata": {"name": "node-1", "labels": {"topology.kubernetes.io/zone": "a"}, "annotations": {"note": "n"}},
       "spec": {"providerID": "aws://i-1"},
       "status": {"addresses": [{"type": "Hostname", "address": "node-1.example.com"}, {"type": "InternalIP", "address": "10.0.0.1"},
                                {"type": "InternalIP", "address": "10.0.0.99"}],
                  "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}}
      """;
  private static final String POD = """
      {"metadata": {"name": "web-1", "namespace": "shop", "uid": "u-1", "labels": {"app": "web"}, "managedFields": [{"manager": "x"}],
                    "ownerReferences": [{"kind": "ReplicaSet", "name": "web-6b", "controller": true}]},
       "spec": {"nodeName": "node-1",
                "containers": [{"name": "web", "image": "web:1",
                                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"},
                                          {"name": "metrics", "containerPort": 9090, "protocol": "TCP"}]},
                               {"name": "sidecar", "image": "side:2"}],
                "initContainers": [{"name": "setup", "image": "setup:3"}]},
       "status": {"podIP": "10.1.0.7", "hostIP": "10.0.0.1", "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                  "containerStatuses": [{"name": "web", "containerID": "containerd://c1"}]}}
      """;
  private static final String SERVICE = """
      {"metadata": {"name": "web", "namespace": "shop", "labels": {"team": "shop"}},
       "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.5", "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}
      """;

  private final ScrapeWorld w = new ScrapeWorld();
  private final FakeCluster cluster = new FakeCluster(false);

  @BeforeEach
  void listen() {
    w.listen(PORT, Optional.empty(), cluster::answer);
  }

  private static DiscoverySettings.FromKubernetes settings(Role role) {
    ConnectionSettings usual = ConnectionSettings.defaults();
    ConnectionSettings.Authorization bearer = new ConnectionSettings.Authorization("Bearer", Secret.of(FakeCluster.TOKEN), Optional.empty());
    return new DiscoverySettings.FromKubernetes(role, "http://127.0.0.1:" + PORT + "/", Optional.empty(),
        new ConnectionSettings(usual.basicAuth(), Optional.of(bearer), usual.oauth2(), usual.headers(), usual.tls(), true, usual.proxy()),
        List.of(), false, List.of(), false, false);
  }

  private static DiscoverySettings.FromKubernetes attached(DiscoverySettings.FromKubernetes s) {
    return new DiscoverySettings.FromKubernetes(s.role(), s.apiServer(), s.kubeconfigFile(), s.connection(), s.namespaces(), false, s.selectors(), true, true);
  }

  private void follow(DiscoverySettings.FromKubernetes settings) throws InterruptedException {
    // Targets that differ in nothing but their reserved labels are one target.
    RelabelRule distinct = new RelabelRule(List.of("__meta_kubernetes_pod_container_name", "__meta_kubernetes_ingress_path"), ";", "(.*)", 0, "part",
        "$1", RelabelAction.REPLACE);
    w.apply(ScrapeWorld.job().withDiscovery(new DiscoverySettings(List.of(), List.of(), List.of(), List.of(settings)))
        .withRelabelRules(List.of(distinct), List.of()));
    w.world.time().advance(5_000);
  }

  /** What was discovered at an address, without the labels that every target has. */
  private String discovered(String address) {
    Labels labels = w.scraper.targets().stream().map(TargetStatus::discoveredLabels).filter(l -> l.get("__address__").equals(address))
        .findFirst().orElseThrow(() -> new AssertionError(addresses()));
    Labels.Builder builder = labels.toBuilder();
    List.of("__address__", "__scheme__", "__metrics_path__", "__scrape_interval__", "__scrape_timeout__", "job").forEach(builder::remove);
    return builder.build().toString().replace("__meta_kubernetes_", "");
  }

  private List<String> addresses() {
    return w.scraper.targets().stream().map(t -> t.discoveredLabels().get("__address__")).sorted().toList();
  }

  @Test
  void aNodeIsItsKubelet() throws InterruptedException {
    cluster.put("nodes", NODE);
    follow(settings(Role.NODE));
    assertThat(discovered("10.0.0.1:10250")).isEqualTo("{node_address_Hostname=\"node-1.example.com\", node_address_InternalIP=\"10.0.0.1\", "
        + "node_annotation_note=\"n\", node_annotationpresent_note=\"true\", node_label_topology_kubernetes_io_zone=\"a\", "
        + "node_labelpresent_topology_kubernetes_io_zone=\"true\", node_name=\"node-1\", node_provider_id=\"aws://i-1\", instance=\"node-1\"}");
    assertThat(w.target().labels().get("instance")).isEqualTo("node-1");
  }

  @Test
  void aPodIsItsContainersPorts() throws InterruptedException {
    cluster.put("pods", POD);
    follow(settings(Role.POD));
    assertThat(addresses()).containsExactly("10.1.0.7", "10.1.0.7", "10.1.0.7:8080", "10.1.0.7:9090");
    assertThat(discovered("10.1.0.7:8080")).isEqualTo("{namespace=\"shop\", pod_container_id=\"containerd://c1\", pod_container_image=\"web:1\", "
        + "pod_container_init=\"false\", pod_container_name=\"web\", pod_container_port_name=\"http\", pod_container_port_number=\"8080\", "
        + "pod_container_port_protocol=\"TCP\", pod_controller_kind=\"ReplicaSet\", pod_controller_name=\"web-6b\", pod_host_ip=\"10.0.0.1\", "
        + "pod_ip=\"10.1.0.7\", pod_label_app=\"web\", pod_labelpresent_app=\"true\", pod_name=\"web-1\", pod_node_name=\"node-1\", "
        + "pod_phase=\"Running\", pod_ready=\"true\", pod_uid=\"u-1\"}");
    assertThat(w.scraper.targets()).extracting(t -> t.discoveredLabels().get("__meta_kubernetes_pod_container_init")).contains("true");
  }

  @Test
  void aPodWithoutAnAddressIsNoTargetYet() throws InterruptedException {
    cluster.put("pods", POD.replace("\"podIP\": \"10.1.0.7\", ", ""));
    follow(settings(Role.POD));
    assertThat(w.scraper.targets()).isEmpty();
  }

  @Test
  void nodesAndNamespacesAreAttached() throws InterruptedException {
    cluster.put("nodes", NODE);
    cluster.put("pods", POD);
    cluster.put("namespaces", "{\"metadata\": {\"name\": \"shop\", \"labels\": {\"tier\": \"gold\"}}}");
    follow(attached(settings(Role.POD)));
    assertThat(discovered("10.1.0.7:8080")).contains("node_name=\"node-1\"", "node_label_topology_kubernetes_io_zone=\"a\"",
        "namespace_label_tier=\"gold\"", "namespace_labelpresent_tier=\"true\"");
  }

  @Test
  void aServiceIsItsPortsUnderItsName() throws InterruptedException {
    cluster.put("services", SERVICE);
    cluster.put("services", """
        {"metadata": {"name": "far", "namespace": "shop"},
         "spec": {"type": "ExternalName", "externalName": "db.example.com", "ports": [{"port": 5432}]}}
        """);
    follow(settings(Role.SERVICE));
    assertThat(discovered("web.shop.svc:80")).isEqualTo("{namespace=\"shop\", service_cluster_ip=\"10.96.0.5\", service_label_team=\"shop\", "
        + "service_labelpresent_team=\"true\", service_name=\"web\", service_port_name=\"http\", service_port_number=\"80\", "
        + "service_port_protocol=\"TCP\", service_type=\"ClusterIP\"}");
    assertThat(discovered("far.shop.svc:5432")).contains("service_external_name=\"db.example.com\"").doesNotContain("cluster_ip");
  }

  @Test
  void endpointsHaveWhatTheirServiceAndPodsSay() throws InterruptedException {
    cluster.put("nodes", NODE);
    cluster.put("pods", POD);
    cluster.put("services", SERVICE);
    cluster.put("endpoints", """
        {"metadata": {"name": "web", "namespace": "shop"},
         "subsets": [{"ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
                      "addresses": [{"ip": "10.1.0.7", "nodeName": "node-1", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"}}],
                      "notReadyAddresses": [{"ip": "fd00::8", "hostname": "late"}]}]}
        """);
    follow(attached(settings(Role.ENDPOINTS)));
    assertThat(addresses()).containsExactly("10.1.0.7:8080", "10.1.0.7:9090", "[fd00::8]:8080");
    assertThat(discovered("10.1.0.7:8080")).contains("endpoint_ready=\"true\"", "endpoint_address_target_kind=\"Pod\"", "endpoint_port_name=\"http\"",
        "endpoints_name=\"web\"", "service_name=\"web\"", "service_label_team=\"shop\"", "pod_name=\"web-1\"", "pod_container_name=\"web\"",
        "pod_container_port_name=\"http\"", "node_name=\"node-1\"", "endpoint_node_name=\"node-1\"");
    assertThat(discovered("10.1.0.7:9090")).contains("pod_container_port_name=\"metrics\"", "pod_name=\"web-1\"").doesNotContain("endpoint_ready");
    assertThat(discovered("[fd00::8]:8080")).contains("endpoint_ready=\"false\"", "endpoint_hostname=\"late\"").doesNotContain("pod_name");
  }

  @Test
  void endpointSlicesHaveWhatTheirServiceAndPodsSay() throws InterruptedException {
    cluster.put("pods", POD);
    cluster.put("services", SERVICE);
    cluster.put("endpointslices", """
        {"metadata": {"name": "web-x2", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}}, "addressType": "IPv4",
         "ports": [{"name": "http", "port": 8080, "protocol": "TCP", "appProtocol": "http"}],
         "endpoints": [{"addresses": ["10.1.0.7"], "conditions": {"ready": true, "serving": true, "terminating": false}, "zone": "a",
                        "nodeName": "node-1", "hostname": "web-1", "targetRef": {"kind": "Pod", "name": "web-1", "namespace": "shop"},
                        "deprecatedTopology": {"kubernetes.io/hostname": "node-1"}}]}
        """);
    follow(settings(Role.ENDPOINTSLICE));
    assertThat(addresses()).containsExactly("10.1.0.7:8080", "10.1.0.7:9090");
    assertThat(discovered("10.1.0.7:8080")).contains("endpointslice_name=\"web-x2\"", "endpointslice_address_type=\"IPv4\"",
        "endpointslice_endpoint_conditions_ready=\"true\"", "endpointslice_endpoint_conditions_terminating=\"false\"",
        "endpointslice_endpoint_hostname=\"web-1\"", "endpointslice_endpoint_node_name=\"node-1\"", "endpointslice_endpoint_zone=\"a\"",
        "endpointslice_endpoint_topology_kubernetes_io_hostname=\"node-1\"", "endpointslice_port=\"8080\"", "endpointslice_port_name=\"http\"",
        "endpointslice_port_app_protocol=\"http\"", "endpointslice_address_target_name=\"web-1\"", "service_name=\"web\"", "pod_uid=\"u-1\"");
  }

  @Test
  void anIngressIsItsPaths() throws InterruptedException {
    cluster.put("ingresses", """
        {"metadata": {"name": "front", "namespace": "shop"},
         "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["*.example.com"]}],
                  "rules": [{"host": "shop.example.com", "http": {"paths": [{"path": "/cart"}, {}]}}, {"host": "other.test"}]}}
        """);
    follow(settings(Role.INGRESS));
    List<String> found = w.scraper.targets().stream().map(TargetStatus::discoveredLabels).map(l -> l.get("__meta_kubernetes_ingress_scheme")
        + "://" + l.get("__address__") + l.get("__meta_kubernetes_ingress_path") + " " + l.get("__meta_kubernetes_ingress_class_name")).toList();
    assertThat(found).containsExactly("https://shop.example.com/cart nginx", "https://shop.example.com/ nginx", "http://other.test/ nginx");
  }

  @Test
  void changesAreTakenOverAndUntouchedTargetsGoOn() throws InterruptedException {
    cluster.put("pods", POD);
    follow(settings(Role.POD));
    w.scrape();
    long scrapedAt = w.scraper.targets().getLast().lastScrapeMillis();
    assertThat(scrapedAt).isPositive();
    cluster.put("pods", POD.replace("web-1", "web-2").replace("10.1.0.7", "10.1.0.8"));
    w.world.time().advance(2_000);
    assertThat(addresses()).hasSize(8).contains("10.1.0.8:8080");
    assertThat(w.scraper.targets()).extracting(TargetStatus::lastScrapeMillis).contains(scrapedAt);
    cluster.remove("pods", "shop", "web-1");
    w.world.time().advance(2_000);
    assertThat(addresses()).hasSize(4).doesNotContain("10.1.0.7:8080");
    assertThat(cluster.requests()).filteredOn(r -> r.startsWith("list")).hasSize(1);
  }

  @Test
  void everythingIsListedAnewWhenTheServerForgotTheHistory() throws InterruptedException {
    cluster.put("pods", POD);
    follow(settings(Role.POD));
    cluster.remove("pods", "shop", "web-1");
    cluster.put("pods", POD.replace("web-1", "web-3").replace("10.1.0.7", "10.1.0.9"));
    cluster.forgetHistory();
    w.world.time().advance(3_000);
    assertThat(addresses()).hasSize(4).contains("10.1.0.9:8080");
    assertThat(cluster.requests()).filteredOn(r -> r.startsWith("list")).hasSize(2);
  }

  @Test
  void longListsComeInPages() throws InterruptedException {
    cluster.setPageObjects(1);
    cluster.put("services", SERVICE);
    cluster.put("services", SERVICE.replace("\"web\"", "\"api\""));
    cluster.put("services", SERVICE.replace("\"web\"", "\"db\""));
    follow(settings(Role.SERVICE));
    assertThat(addresses()).containsExactly("api.shop.svc:80", "db.shop.svc:80", "web.shop.svc:80");
  }

  @Test
  void onlyWhatIsAskedForIsAskedOf() throws InterruptedException {
    DiscoverySettings.FromKubernetes s = settings(Role.ENDPOINTS);
    follow(new DiscoverySettings.FromKubernetes(s.role(), s.apiServer(), s.kubeconfigFile(), s.connection(), List.of("shop", "billing"), false,
        List.of(new DiscoverySettings.Selector(Role.POD, "app in (web,api)", "status.phase=Running")), false, false));
    assertThat(cluster.requests()).filteredOn(r -> r.startsWith("list")).containsExactlyInAnyOrder(
        "list /api/v1/namespaces/shop/pods app in (web,api) status.phase=Running",
        "list /api/v1/namespaces/billing/pods app in (web,api) status.phase=Running",
        "list /api/v1/namespaces/shop/services", "list /api/v1/namespaces/billing/services",
        "list /api/v1/namespaces/shop/endpoints", "list /api/v1/namespaces/billing/endpoints");
  }

  @Test
  void whatWasFoundStaysWhileTheServerRefusesUs() throws Exception {
    Path token = Path.of("/k8s/token");
    w.world.disk().createDirectories(Path.of("/k8s"));
    w.world.disk().replace(token, FakeCluster.TOKEN.getBytes(StandardCharsets.UTF_8));
    DiscoverySettings.FromKubernetes s = settings(Role.SERVICE);
    ConnectionSettings.Authorization fromFile = new ConnectionSettings.Authorization("Bearer", Secret.EMPTY, Optional.of(token.toString()));
    ConnectionSettings usual = ConnectionSettings.defaults();
    cluster.put("services", SERVICE);
    follow(new DiscoverySettings.FromKubernetes(s.role(), s.apiServer(), s.kubeconfigFile(),
        new ConnectionSettings(usual.basicAuth(), Optional.of(fromFile), usual.oauth2(), usual.headers(), usual.tls(), true, usual.proxy()),
        List.of(), false, List.of(), false, false));
    assertThat(addresses()).hasSize(1);
    w.world.disk().replace(token, "expired".getBytes(StandardCharsets.UTF_8));
    w.world.time().advance(10_000);
    assertThat(addresses()).hasSize(1);
    assertThat(w.own("prometheus_sd_refresh_failures_total")).isPositive();
    w.world.disk().replace(token, FakeCluster.TOKEN.getBytes(StandardCharsets.UTF_8));
    cluster.remove("services", "shop", "web");
    w.world.time().advance(60_000);
    assertThat(addresses()).isEmpty();
  }

  @Test
  void aKubeconfigNamesServerAndUser() throws Exception {
    Path file = Path.of("/home/me/.kube/config");
    w.world.disk().createDirectories(Path.of("/home/me/.kube"));
    w.world.disk().replace(file, """
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: 'http://127.0.0.1:6443'}}]
        users: [{name: u, user: {tokenFile: token}}]
        """.getBytes(StandardCharsets.UTF_8));
    w.world.disk().replace(file.resolveSibling("token"), FakeCluster.TOKEN.getBytes(StandardCharsets.UTF_8));
    cluster.put("services", SERVICE);
    follow(new DiscoverySettings.FromKubernetes(Role.SERVICE, "", Optional.of(file.toString()), ConnectionSettings.defaults(), List.of(), false,
        List.of(), false, false));
    assertThat(addresses()).containsExactly("web.shop.svc:80");
  }
}
