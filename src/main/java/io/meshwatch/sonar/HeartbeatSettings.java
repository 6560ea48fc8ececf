package io.meshwatch.sonar;

import io.meshwatch.model.Secret;
import java.util.Optional;

/**
 * Whom Sonar tells that it is alive: a service elsewhere that raises the alarm when it hears nothing any more, as nobody here can when the
 * whole machine is gone.
 *
 * @param url asked with GET; whoever knows it can pretend to be Sonar; empty = nobody is told
 * @param seconds from one call to the next
 * @param caFile PEM file of the authority that signs the service's certificate; empty = the JDK's
 */
public record HeartbeatSettings(Secret url, double seconds, Optional<String> caFile) {
  public static HeartbeatSettings defaults() {
    return new HeartbeatSettings(Secret.EMPTY, 60, Optional.empty());
  }
}
