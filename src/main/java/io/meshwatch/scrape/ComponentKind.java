package io.meshwatch.scrape;

/** Kinds of meshStack components, with where each shows its metrics unless configured otherwise. */
public enum ComponentKind {
  /** A Spring Boot service with Micrometer on its management port; 8180 is that of meshStack's API server. */
  SPRING_BOOT(8180, "/actuator/prometheus", false),
  /** Keycloak on its management port. */
  KEYCLOAK(9000, "/metrics", false),
  /** mysqld_exporter beside MariaDB. */
  MARIADB(9104, "/metrics", false),
  /** RabbitMQ's own plugin. */
  RABBITMQ(15692, "/metrics", false),
  /** nginx-prometheus-exporter. */
  NGINX(9113, "/metrics", false),
  /** A Pushgateway, which speaks for other jobs. */
  PUSHGATEWAY(9091, "/metrics", true),
  /** blackbox_exporter's own metrics. */
  BLACKBOX(9115, "/metrics", false),
  /** Anything that shows metrics at /metrics. */
  GENERIC(9090, "/metrics", false);

  private final int port;
  private final String path;
  private final boolean honorLabels;

  ComponentKind(int port, String path, boolean honorLabels) {
    this.port = port;
    this.path = path;
    this.honorLabels = honorLabels;
  }

  public int port() {
    return port;
  }

  public String path() {
    return path;
  }

  /** Whether the {@code job} and {@code instance} on its page are those of others and must stay. */
  public boolean honorLabels() {
    return honorLabels;
  }
}
