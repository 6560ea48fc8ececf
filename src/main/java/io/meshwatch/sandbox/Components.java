package io.meshwatch.sandbox;

import java.util.Map;

/** Metrics pages of everything beside the backend, under the names each component's own exporter uses. */
final class Components {
  private static final double MIB = 1024 * 1024;

  private final Flows flows;
  private final Faults faults;
  private final JvmMetrics jvm;
  private final Replicator replicator;
  private final LoginCounts logins;
  private final long startMillis;

  Components(Flows flows, Faults faults, JvmMetrics jvm, Replicator replicator, LoginCounts logins, long startMillis) {
    this.flows = flows;
    this.faults = faults;
    this.jvm = jvm;
    this.replicator = replicator;
    this.logins = logins;
    this.startMillis = startMillis;
  }

  void writeReplicator(MetricPage page, long now) {
    jvm.write(page, "replicator", now);
    writeResults(page, "replicateProject_total", "Replications of a project to a platform", replicator.replications());
    writeResults(page, "accessProject_total", "Calls for access to a project on a platform", replicator.accesses());
    double failed = replicator.replications().values().stream().mapToLong(Replicator.Counts::failures).sum();
    double done = replicator.replications().values().stream().mapToLong(Replicator.Counts::successes).sum();
    page.family("spring_rabbitmq_listener_seconds", "summary", "Time a listener took for a message");
    String[] success = {"exception", "none", "listener_id", "replication", "queue", "meshfed.replication", "result", "success"};
    String[] failure = {"exception", "ReplicationException", "listener_id", "replication", "queue", "meshfed.replication", "result", "failure"};
    page.part("_count", done, success).part("_sum", done * 1.4, success);
    page.part("_count", failed, failure).part("_sum", failed * 1.4, failure);
  }

  private static void writeResults(MetricPage page, String name, String help, Map<String, Replicator.Counts> counts) {
    page.family(name, "counter", help);
    counts.forEach((platform, count) -> {
      page.sample((double) count.successes(), "platform", platform, "result", "success");
      page.sample((double) count.failures(), "platform", platform, "result", "failure");
    });
  }

  void writeKrakenApi(MetricPage page, long now) {
    jvm.write(page, "kraken-api", now);
    boolean failed = faults.isActive(FaultKind.CHARGEBACK_FAILED);
    page.gauge("kraken_api_chargeback_statements_failed", "Chargeback statements that could not be made", failed ? 4 : 0);
    page.gauge("kraken_api_chargeback_statements", "Chargeback statements of the month", 30);
    page.family("kraken_platform_projected_monthly_usage_ratio", "gauge", "Projected usage of the running month as a share of last month");
    replicator.replications().keySet().forEach(platform -> page.sample(1.02, "platform", platform));
    page.family("kraken_unmanaged_tenants", "gauge", "Tenants on a platform that meshStack does not know");
    replicator.replications().keySet().forEach(platform -> page.sample(0, "platform", platform));
    subscription(page, "kraken_api", now);
  }

  void writeKrakenWorker(MetricPage page, long now) {
    jvm.write(page, "kraken-worker", now);
    boolean stalled = faults.isActive(FaultKind.KRAKEN_STALLED);
    // A stalled collection shows a progress of five days ago at once: nobody waits that long for an alert to show.
    double progress = stalled ? now / 1000.0 - 5 * 86_400 : now / 1000.0 - 600;
    page.family("kraken_worker_tentacle_collection_progress_timestamp_seconds", "gauge", "Until when usage is collected");
    replicator.replications().keySet().forEach(platform -> page.sample(Math.floor(progress), "platform", platform));
    page.family("kraken_worker_tentacle_collection_items_total", "counter", "Collected items");
    replicator.replications().keySet()
        .forEach(platform -> page.sample(flows.whole("kraken items " + platform, stalled ? 0 : 3, now), "platform", platform));
    page.gauge("kraken_worker_tentacle_enqueued_collections", "Collections that wait", stalled ? 9 : 0);
    page.counter("kraken_worker_tentacle_marketplace_catalog_successful_collections_total", "Catalogs read", flows.whole("catalogs", stalled ? 0 : 0.01, now));
    page.counter("kraken_worker_tentacle_marketplace_catalog_failed_collections_total", "Catalogs not read", 0);
    subscription(page, "kraken_worker_tentacle", now);
    subscription(page, "krakenworker_db", now);
  }

  void writeIdentityConnector(MetricPage page, long now) {
    jvm.write(page, "identityconnector", now);
    boolean failing = faults.isActive(FaultKind.IDENTITY_IMPORT_FAILED);
    page.counter("identityconnector_success_total", "Imports that went well", flows.whole("imports", failing ? 0 : 1.0 / 60, now));
    page.counter("identityconnector_errors_total", "Imports that failed", flows.whole("imports failed", failing ? 1.0 / 10 : 0, now));
    page.counter("identityconnector_object_import_success_total", "Objects imported", flows.whole("objects", failing ? 0 : 1, now));
    page.counter("identityconnector_object_import_errors_total", "Objects not imported", flows.whole("objects failed", failing ? 1 : 0, now));
    page.gauge("identityconnector_collection_seconds", "How long the last collection took", 3.4);
  }

  void writeKeycloak(MetricPage page, long now) {
    boolean guessing = faults.isActive(FaultKind.LOGIN_FAILURES);
    double guessed = flows.whole("guessed passwords", guessing ? 2 : 0, now);
    page.family("keycloak_user_events_total", "counter", "Keycloak user events");
    logins.all().forEach((event, count) -> {
      double more = event.name().equals("login") && event.error().equals("invalid_user_credentials") ? guessed : 0;
      page.sample(count + more, "client_id", "meshfed-oidc", "error", event.error(), "event", event.name(), "idp", "", "realm", "meshfed");
    });
    page.gauge("agroal_active_count", "Number of active connections", 3, "datasource", "default");
    page.gauge("agroal_available_count", "Number of idle connections in the pool", 17, "datasource", "default");
    page.gauge("agroal_awaiting_count", "Approximate number of threads blocked, waiting to acquire a connection",
        faults.isActive(FaultKind.MARIADB_DOWN) ? 4 : 0, "datasource", "default");
    page.gauge("process_start_time_seconds", "Start time of the process since unix epoch.", startMillis / 1000.0);
    page.gauge("vendor_cluster_size", "Nodes of the cluster", 1);
  }

  void writeMariaDb(MetricPage page, long now) {
    boolean down = faults.isActive(FaultKind.MARIADB_DOWN);
    page.gauge("mysql_up", "Whether the MySQL server is up.", down ? 0 : 1);
    page.gauge("mysql_exporter_last_scrape_error", "Whether the last scrape of metrics from MySQL resulted in an error (1 for error, 0 for success).", down ? 1 : 0);
    if (down) {
      return;
    }
    page.gauge("mysql_version_info", "MySQL version and distribution.", 1,
        "innodb_version", "10.11.6", "version", "10.11.6-MariaDB", "version_comment", "MariaDB Server");
    page.family("mysql_global_status_threads_connected", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(24);
    page.family("mysql_global_status_threads_running", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(2);
    page.family("mysql_global_status_queries", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(flows.whole("queries", 85, now));
    page.family("mysql_global_status_slow_queries", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(flows.whole("slow queries", 0.001, now));
    page.family("mysql_global_status_uptime", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(Math.floor((now - startMillis) / 1000.0));
    page.family("mysql_global_status_innodb_row_lock_current_waits", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(0);
    page.family("mysql_global_status_innodb_deadlocks", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(0);
    page.family("mysql_global_status_innodb_history_list_length", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(12);
    page.family("mysql_global_status_wsrep_ready", "untyped", "Generic metric from SHOW GLOBAL STATUS.").sample(0);
    page.counter("mysql_global_status_connection_errors_total", "Total number of MySQL connection errors.", 0, "error", "max_connections");
    page.gauge("mysql_global_variables_max_connections", "Generic gauge metric from SHOW GLOBAL VARIABLES.", 500);
    page.gauge("mysql_global_variables_read_only", "Generic gauge metric from SHOW GLOBAL VARIABLES.", 0);
    page.gauge("mysql_global_variables_wsrep_on", "Generic gauge metric from SHOW GLOBAL VARIABLES.", 0);
  }

  void writeRabbit(MetricPage page, long now) {
    boolean outage = faults.isActive(FaultKind.RABBITMQ_OUTAGE);
    double backlog = faults.active(FaultKind.RABBITMQ_OUTAGE).map(fault -> Math.floor((now - fault.sinceMillis()) / 50.0)).orElse(0.0);
    String[] queue = {"queue", "meshfed.replication", "vhost", "/"};
    page.gauge("rabbitmq_build_info", "RabbitMQ & Erlang/OTP version info", 1, "rabbitmq_version", "3.11.28", "erlang_version", "25.3");
    page.gauge("rabbitmq_alarms_memory_used_watermark", "is 1 if VM memory watermark alarm is in effect", outage ? 1 : 0);
    page.gauge("rabbitmq_alarms_free_disk_space_watermark", "is 1 if free disk space watermark alarm is in effect", 0);
    page.gauge("rabbitmq_alarms_file_descriptor_limit", "is 1 if file descriptor limit alarm is in effect", 0);
    page.gauge("rabbitmq_queue_messages_ready", "Messages ready to be delivered to consumers", backlog + replicator.waiting(), queue);
    page.gauge("rabbitmq_queue_messages_unacked", "Messages delivered to consumers but not yet acknowledged", 0, queue);
    page.family("rabbitmq_queue_messages", "gauge", "Sum of ready and unacknowledged messages - total queue depth");
    page.sample(backlog + replicator.waiting(), queue).sample(0, "queue", "meshfed.replication.dlq", "vhost", "/");
    page.gauge("rabbitmq_queue_consumers", "Consumers on a queue", outage ? 0 : 2, queue);
    page.counter("rabbitmq_global_messages_acknowledged_total", "Total number of message acknowledgements received from consumers",
        flows.whole("acknowledged", outage ? 0 : 1, now), "protocol", "amqp091");
    page.counter("rabbitmq_global_messages_unroutable_dropped_total", "Total number of messages dropped as unroutable", 0, "protocol", "amqp091");
    page.counter("rabbitmq_auth_attempts_failed_total", "Total number of failed authentication attempts", 0, "protocol", "amqp091");
    page.gauge("rabbitmq_process_resident_memory_bytes", "Memory used in bytes", (outage ? 780 : 140) * MIB);
    page.gauge("rabbitmq_resident_memory_limit_bytes", "Memory high watermark in bytes", 800 * MIB);
    page.gauge("rabbitmq_process_open_fds", "Open file descriptors", 60);
    page.gauge("rabbitmq_process_max_fds", "Open file descriptors limit", 65_536);
    page.gauge("rabbitmq_process_open_tcp_sockets", "Open TCP sockets", 8);
    page.gauge("rabbitmq_process_max_tcp_sockets", "Open TCP sockets limit", 58_893);
    page.gauge("rabbitmq_disk_space_available_bytes", "Disk space available in bytes", 42_000 * MIB);
    page.gauge("rabbitmq_disk_space_available_limit_bytes", "Free disk space low watermark in bytes", 50 * MIB);
  }

  void writePanel(MetricPage page, long now) {
    boolean failing = faults.onComponent(FaultKind.COMPONENT_ERROR_RATE, "panel").isPresent();
    page.gauge("nginx_up", "Status of the last metric scrape", 1);
    page.family("nginx_http_requests_total", "counter", "Requests by status");
    page.sample(flows.whole("panel good", failing ? 2 : 6, now), "host", "panel", "status", "200");
    page.sample(flows.whole("panel cached", 3, now), "host", "panel", "status", "304");
    page.sample(flows.whole("panel failed", failing ? 4 : 0, now), "host", "panel", "status", "502");
    page.counter("nginx_connections_accepted", "Accepted client connections", flows.whole("panel connections", 1, now));
    page.counter("nginx_connections_handled", "Handled client connections", flows.whole("panel handled", 1, now));
    page.gauge("nginx_connections_active", "Active client connections", 4);
  }

  void writeBackups(MetricPage page, long now) {
    boolean failed = faults.isActive(FaultKind.BACKUP_FAILED);
    // The last backup ran at two in the morning (UTC), or at most a day before the start of this world.
    double nightly = Math.floor(now / 1000.0) - Math.floorMod(now / 1000 - 7_200, 86_400L);
    String[] labels = {"database", "meshfed", "instance", "mariadb", "job", "dumptruck", "type", "mysql"};
    page.family("backup_status", "untyped", "1 if the last backup succeeded, -1 if it failed").sample(failed ? -1 : 1, labels);
    page.family("backup_time_seconds", "untyped", "When the last backup succeeded").sample(nightly, labels);
    page.gauge("push_time_seconds", "Last Unix time when changing this group in the Pushgateway succeeded.", nightly, "instance", "mariadb", "job", "dumptruck");
    page.gauge("push_failure_time_seconds", "Last Unix time when changing this group in the Pushgateway failed.", 0, "instance", "mariadb", "job", "dumptruck");
  }

  private void subscription(MetricPage page, String feed, long now) {
    page.gauge(feed + "_subscription_progress_timestamp_seconds", "Progress of the subscription", Math.floor(now / 1000.0) - 4);
    page.counter(feed + "_subscription_items_total", "Items handled", flows.whole(feed + " items", 0.4, now));
    page.counter(feed + "_subscription_restarts_total", "Restarts of the subscription", 0);
    page.counter(feed + "_subscription_retry_total", "Retries of the subscription", 0);
  }
}
