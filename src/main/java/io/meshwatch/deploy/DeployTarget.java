package io.meshwatch.deploy;

import io.meshwatch.config.Config;
import io.meshwatch.scrape.ComponentKind;
import io.meshwatch.scrape.ComponentSettings;
import io.meshwatch.scrape.NodeSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    /** blackbox_exporter, which does both itself. */
    BLACKBOX,
    /** A Spring Boot application of meshStack with its management port. */
    SPRING_BOOT,
    /** Keycloak: nginx before it does both. */
    KEYCLOAK,
    /** RabbitMQ: nginx before it does both. */
    RABBITMQ,
    /** nginx itself. */
    NGINX,
    /** Anything else: by itself, or by nginx before it. */
    GENERIC;

    private static Kind of(ComponentKind kind) {
      return switch (kind) {
        case SPRING_BOOT -> SPRING_BOOT;
        case KEYCLOAK -> KEYCLOAK;
        case MARIADB -> MARIADB;
        case RABBITMQ -> RABBITMQ;
        case NGINX -> NGINX;
        case PUSHGATEWAY -> PUSHGATEWAY;
        case BLACKBOX -> BLACKBOX;
        case GENERIC -> GENERIC;
      };
    }
  }

  /** The nodes and components of a configuration; several components of one name are installed alike and stand here once. */
  public static List<DeployTarget> of(Config config) {
    Map<String, DeployTarget> targets = new LinkedHashMap<>();
    for (NodeSettings node : config.nodes()) {
      targets.putIfAbsent(node.name(), new DeployTarget(node.name(), Kind.NODE, Math.toIntExact(node.port())));
    }
    for (ComponentSettings component : config.components()) {
      int port = Math.toIntExact(component.port().orElse((long) component.kind().port()));
      targets.putIfAbsent(component.name(), new DeployTarget(component.name(), Kind.of(component.kind()), port));
    }
    return List.copyOf(targets.values());
  }

  /** The nodes and components of a configuration as they stand in certificates: each with the hosts under which it is reached. */
  public static List<Credentials.Subject> subjects(Config config) {
    Map<String, Set<String>> hosts = new LinkedHashMap<>();
    config.nodes().forEach(node -> hosts.computeIfAbsent(node.name(), n -> new LinkedHashSet<>()).add(node.address()));
    config.components().forEach(each -> hosts.computeIfAbsent(each.name(), n -> new LinkedHashSet<>()).add(each.address()));
    List<Credentials.Subject> subjects = new ArrayList<>();
    hosts.forEach((name, all) -> subjects.add(new Credentials.Subject(name, List.copyOf(all))));
    return subjects;
  }
}
