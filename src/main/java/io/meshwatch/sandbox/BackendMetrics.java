package io.meshwatch.sandbox;

import java.util.Map;

/** The backend's metrics page: the Java process, requests real and made up, connections, and counts of what it holds. */
final class BackendMetrics {
  private static final String NAME = "meshfed-api";
  private static final double[] BUCKETS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private final Flows flows;
  private final Faults faults;
  private final JvmMetrics jvm;
  private final World world;
  private final RequestCounts requests;

  BackendMetrics(Flows flows, Faults faults, JvmMetrics jvm, World world, RequestCounts requests) {
    this.flows = flows;
    this.faults = faults;
    this.jvm = jvm;
    this.world = world;
    this.requests = requests;
  }

  void write(MetricPage page, long now) {
    jvm.write(page, NAME, now);
    writeRequests(page, now);
    writeConnections(page, now);
    writeObjects(page);
    page.family("meshfed_failed_servicebroker_metrics_call_total", "counter", "Calls for metrics of service brokers that failed").sample(0);
    page.gauge("meshfedapi_db_subscription_progress_timestamp_seconds", "Progress of the subscription", Math.floor(now / 1000.0) - 5);
    page.counter("meshfedapi_db_subscription_items_total", "Items handled", flows.whole("meshfedapi items", 0.5, now));
    page.counter("meshfedapi_db_subscription_restarts_total", "Restarts of the subscription", 0);
    page.counter("meshfedapi_db_subscription_retry_total", "Retries of the subscription", 0);
  }

  private void writeRequests(MetricPage page, long now) {
    boolean failing = faults.onComponent(FaultKind.COMPONENT_ERROR_RATE, NAME).isPresent() || faults.isActive(FaultKind.MARIADB_DOWN);
    double slow = faults.isActive(FaultKind.API_SLOW) ? 8 : 0.04;
    page.family("http_server_requests_seconds", "histogram", "Duration of HTTP server request handling");
    String[] good = labels("/api/panel/dashboard", "GET", 200);
    histogram(page, flows.whole("api good", failing ? 1.5 : 4, now), flows.exact("api good seconds", (failing ? 1.5 : 4) * slow, now), slow, good);
    double failed = flows.whole("api failed", failing ? 2.5 : 0, now);
    histogram(page, failed, failed * 0.02, 0.02, labels("/api/panel/dashboard", "GET", 500));
    for (Map.Entry<RequestCounts.Key, RequestCounts.Total> one : requests.all().entrySet()) {
      RequestCounts.Key key = one.getKey();
      String[] labels = labels(key.uri(), key.method(), key.status());
      double mean = one.getValue().seconds() / Math.max(1, one.getValue().count());
      histogram(page, (double) one.getValue().count(), one.getValue().seconds(), mean, labels);
    }
    page.family("http_client_requests_seconds", "summary", "Duration of HTTP client request handling");
    String[] client = {"client_name", "sso", "clientName", "sso", "method", "GET", "status", "200", "outcome", "SUCCESS", "uri", "/certs"};
    page.part("_count", flows.whole("client", 0.2, now), client).part("_sum", flows.exact("client seconds", 0.004, now), client);
  }

  /** All requests fall into the bucket of their mean: enough to tell slow from fast. */
  private static void histogram(MetricPage page, double count, double seconds, double mean, String[] labels) {
    String[] withBound = java.util.Arrays.copyOf(labels, labels.length + 2);
    withBound[labels.length] = "le";
    for (double bound : BUCKETS) {
      withBound[labels.length + 1] = String.valueOf(bound);
      page.part("_bucket", mean <= bound ? count : 0, withBound.clone());
    }
    withBound[labels.length + 1] = "+Inf";
    page.part("_bucket", count, withBound).part("_count", count, labels).part("_sum", seconds, labels);
  }

  private static String[] labels(String uri, String method, int status) {
    String outcome = status < 300 ? "SUCCESS" : status < 400 ? "REDIRECTION" : status < 500 ? "CLIENT_ERROR" : "SERVER_ERROR";
    String exception = status < 400 ? "none" : "MeshException";
    return new String[] {
      "error", exception, "exception", exception, "method", method, "outcome", outcome, "status", String.valueOf(status), "uri", uri
    };
  }

  private void writeConnections(MetricPage page, long now) {
    boolean down = faults.isActive(FaultKind.MARIADB_DOWN);
    String[] pool = {"pool", "HikariPool-1"};
    page.gauge("hikaricp_connections", "Total connections", down ? 0 : 10, pool);
    page.gauge("hikaricp_connections_active", "Active connections", down ? 0 : 2, pool);
    page.gauge("hikaricp_connections_idle", "Idle connections", down ? 0 : 8, pool);
    page.gauge("hikaricp_connections_max", "Max connections", 10, pool);
    page.gauge("hikaricp_connections_pending", "Pending threads", down ? 7 : 0, pool);
    page.counter("hikaricp_connections_timeout_total", "Connection timeout total count", flows.whole("hikari timeouts", down ? 0.5 : 0, now), pool);
    page.gauge("jdbc_connections_active", "Current number of active connections", down ? 0 : 2, "name", "dataSource");
    page.gauge("jdbc_connections_max", "Maximum number of active connections", 10, "name", "dataSource");
  }

  private void writeObjects(MetricPage page) {
    page.gauge("meshfed_customerCount", "Customers", world.customers().size());
    page.gauge("meshfed_projectCount", "Projects", world.projects().size());
    page.gauge("meshfed_tenant_count", "Tenants", world.tenants().size());
    page.gauge("meshfed_platform", "Platforms", world.platforms().size());
    page.gauge("meshfed_project_tenants", "Tenants of projects", world.tenants().size());
    page.gauge("meshfed_allUsers", "Users", world.customers().size() * 4.0 + 1);
    page.gauge("meshfed_activeUsers", "Users who were active lately", world.customers().size() * 3.0);
    page.gauge("meshfed_inactiveUsers", "Users who were not", world.customers().size() + 1.0);
    page.gauge("meshfed_service_instance", "Service instances", 12);
    page.gauge("meshfed_service_binding", "Service bindings", 17);
  }
}
