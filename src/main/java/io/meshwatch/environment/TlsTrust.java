package io.meshwatch.environment;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a server's certificate is checked, and which certificate we show. Files are PEM and are read again when they change.
 *
 * @param caFile certificates that are trusted; empty = the JDK's own
 * @param serverName name to check instead of the URL's host; empty = the URL's host
 * @param certificateFile our own certificate chain, for servers that ask; empty = none
 * @param keyFile its private key, PKCS#8
 * @param insecureSkipVerify accepts every certificate: for tests, never a default
 */
public record TlsTrust(
    Optional<Path> caFile,
    Optional<String> serverName,
    Optional<Path> certificateFile,
    Optional<Path> keyFile,
    boolean insecureSkipVerify) {
  /** The JDK's trusted certificates. */
  public static final TlsTrust PUBLIC = new TlsTrust(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

  /** Only certificates signed by those in this PEM file. */
  public static TlsTrust ca(Path caFile) {
    return new TlsTrust(Optional.of(caFile), Optional.empty(), Optional.empty(), Optional.empty(), false);
  }
}
