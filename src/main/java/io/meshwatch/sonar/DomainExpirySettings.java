package io.meshwatch.sonar;

import java.util.List;
import java.util.Optional;

/**
 * How the end of domain registrations is learnt: from a registry's RDAP service (RFC 9082, 9083), once a day.
 *
 * @param rdapUrl base of the service, such as {@code https://rdap.org}, which knows the way to all registries; empty = nobody is asked
 * @param names domains to look up; empty = those of the hosts that the smoke tests use
 */
public record DomainExpirySettings(Optional<String> rdapUrl, List<String> names) {
  public static DomainExpirySettings defaults() {
    return new DomainExpirySettings(Optional.empty(), List.of());
  }
}
