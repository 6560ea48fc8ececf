package io.meshwatch.deploy;

/**
 * Something whose operator installs files so that it can be scraped.
 *
 * @param name its name among the {@link Credentials}
 * @param kind what it is
 * @param port port on which it is to be scraped
 */
public record DeployTarget(String name, Kind kind, int port) {
  /** What is scraped, and by which means it gets TLS and Basic auth. */
  public enum Kind {
    /** node_exporter, which does both itself. */
    NODE,
    /** mysqld_exporter, which does both itself. */
    MARIADB,
    /** Pushgateway, which does both itself. */
    PUSHGATEWAY,
    /** A Spring Boot application of meshStack with its management port. */
    SPRING_BOOT,
    /** Keycloak: TLS by itself, Basic auth by nginx before it. */
    KEYCLOAK,
    /** RabbitMQ: both by nginx before it. */
    RABBITMQ,
    /** nginx itself. */
    NGINX
  }
}
