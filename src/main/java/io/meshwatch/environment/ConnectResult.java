package io.meshwatch.environment;

import java.util.Optional;

/**
 * What came of opening a connection.
 *
 * @param address the IP address that was tried; empty if the name was not found
 * @param tls what the TLS handshake brought; empty without one
 * @param failure why it failed; empty if it did not
 * @param phases how long the parts took
 */
public record ConnectResult(Optional<String> address, Optional<Tls> tls, Optional<Failure> failure, HttpResult.Phases phases) {
  /**
   * A TLS session.
   *
   * @param version as blackbox_exporter names it: {@code TLS 1.3}
   * @param earliestExpiryMillis when the first certificate that was shown ends
   * @param chainExpiryMillis when the chain up to a trusted authority ends; empty if the certificate was not checked
   * @param fingerprint SHA-256 of the server's own certificate in hexadecimal
   * @param subject of that certificate
   * @param issuer of that certificate
   * @param alternativeNames of that certificate, separated by commas
   */
  public record Tls(
      String version,
      long earliestExpiryMillis,
      Optional<Long> chainExpiryMillis,
      String fingerprint,
      String subject,
      String issuer,
      String alternativeNames) {}

  /** Where it failed and why, in one sentence. */
  public record Failure(HttpResult.Phase phase, String message) {}
}
