package io.meshwatch.scrape;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * A component of the installation to watch.
 *
 * @param name its name; also its {@code job} label
 * @param kind what it is, which decides where its metrics are
 * @param address host name or IP address
 * @param port port of its metrics; empty = as usual for its kind
 * @param path path of its metrics; empty = as usual for its kind
 * @param scheme HTTPS unless told otherwise
 * @param username user, instead of the deployment's for this component; empty = the deployment's
 * @param password password for that user
 * @param passwordFile file that holds the password, instead of {@code password}
 * @param labels further labels
 */
public record ComponentSettings(
    String name,
    ComponentKind kind,
    String address,
    Optional<Long> port,
    Optional<String> path,
    ScrapeJob.Scheme scheme,
    Optional<String> username,
    Optional<Secret> password,
    Optional<String> passwordFile,
    List<TextEntry> labels) {
  public static ComponentSettings defaults() {
    return of("", ComponentKind.GENERIC, "");
  }

  /** A component with defaults for everything else. */
  public static ComponentSettings of(String name, ComponentKind kind, String address) {
    return new ComponentSettings(name, kind, address, Optional.empty(), Optional.empty(), ScrapeJob.Scheme.HTTPS, Optional.empty(),
        Optional.empty(), Optional.empty(), List.of());
  }
}
