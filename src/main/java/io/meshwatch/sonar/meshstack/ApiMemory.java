package io.meshwatch.sonar.meshstack;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was learnt about an installation and need not be asked again in every run: the issuer and which version of a kind of object
 * it speaks. Grows with the number of configured installations only. Safe for all threads.
 */
public final class ApiMemory {
  private final Map<URI, URI> issuers = new ConcurrentHashMap<>();
  private final Map<String, String> versions = new ConcurrentHashMap<>();

  public Optional<URI> issuer(URI apiUrl) {
    return Optional.ofNullable(issuers.get(apiUrl));
  }

  void remember(URI apiUrl, URI issuer) {
    issuers.put(apiUrl, issuer);
  }

  /** After a login that failed, the issuer is asked for again. */
  void forget(URI apiUrl) {
    issuers.remove(apiUrl);
  }

  Optional<String> version(URI apiUrl, ObjectKind kind) {
    return Optional.ofNullable(versions.get(apiUrl + " " + kind));
  }

  void rememberVersion(URI apiUrl, ObjectKind kind, String version) {
    versions.put(apiUrl + " " + kind, version);
  }
}
