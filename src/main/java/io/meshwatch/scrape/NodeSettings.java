package io.meshwatch.scrape;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * A machine to watch, by its node_exporter or meshwatch agent.
 *
 * @param name its name, also the {@code node} label
 * @param address host name or IP address
 * @param port port of the exporter
 * @param job its {@code job} label; the shipped rules look for jobs that begin with "node"
 * @param username user, instead of the deployment's for this node; empty = the deployment's
 * @param password password for that user
 * @param passwordFile file that holds the password, instead of {@code password}
 * @param labels further labels
 */
public record NodeSettings(
    String name,
    String address,
    long port,
    String job,
    Optional<String> username,
    Optional<Secret> password,
    Optional<String> passwordFile,
    List<TextEntry> labels) {
  public static NodeSettings defaults() {
    return new NodeSettings("", "", 9100, "node", Optional.empty(), Optional.empty(), Optional.empty(), List.of());
  }

  /** A node with defaults for everything else. */
  public static NodeSettings of(String name, String address) {
    return new NodeSettings(name, address, 9100, "node", Optional.empty(), Optional.empty(), Optional.empty(), List.of());
  }
}
