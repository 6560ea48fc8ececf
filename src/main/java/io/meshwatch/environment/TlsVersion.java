package io.meshwatch.environment;

/** Versions of TLS that are spoken; older ones are broken, and the JDK does not offer them. */
public enum TlsVersion {
  TLS12("TLSv1.2"),
  TLS13("TLSv1.3");

  private final String protocol;

  TlsVersion(String protocol) {
    this.protocol = protocol;
  }

  /** As the JDK names it. */
  String protocol() {
    return protocol;
  }
}
