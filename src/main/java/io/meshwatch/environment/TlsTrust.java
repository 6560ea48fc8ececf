package io.meshwatch.environment;

import io.meshwatch.model.Secret;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a server's certificate is checked, and which certificate we show. Files are PEM and are read again when they change.
 *
 * @param caFile certificates that are trusted; empty = the JDK's own
 * @param serverName name to check instead of the URL's host; empty = the URL's host
 * @param certificateFile our own certificate chain, for servers that ask; empty = none
 * @param keyFile its private key
 * @param insecureSkipVerify accepts every certificate: for tests, never a default
 * @param texts the same as texts instead of files
 * @param minVersion oldest version of TLS; empty = as the JDK
 * @param maxVersion newest version of TLS; empty = as the JDK
 */
public record TlsTrust(
    Optional<Path> caFile,
    Optional<String> serverName,
    Optional<Path> certificateFile,
    Optional<Path> keyFile,
    boolean insecureSkipVerify,
    Texts texts,
    Optional<TlsVersion> minVersion,
    Optional<TlsVersion> maxVersion) {
  /** The JDK's trusted certificates. */
  public static final TlsTrust PUBLIC = new TlsTrust(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

  /**
   * Certificates and key in PEM that stand in a configuration themselves; empty where there is a file, or none.
   *
   * @param ca certificates that are trusted
   * @param certificate our own certificate chain
   * @param key its private key
   */
  public record Texts(String ca, String certificate, Secret key) {
    public static final Texts NONE = new Texts("", "", Secret.EMPTY);
  }

  /** Everything in files, any version of TLS. */
  public TlsTrust(
      Optional<Path> caFile, Optional<String> serverName, Optional<Path> certificateFile, Optional<Path> keyFile, boolean insecureSkipVerify) {
    this(caFile, serverName, certificateFile, keyFile, insecureSkipVerify, Texts.NONE, Optional.empty(), Optional.empty());
  }

  /** Only certificates signed by those in this PEM file. */
  public static TlsTrust ca(Path caFile) {
    return new TlsTrust(Optional.of(caFile), Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  /** The versions of TLS to offer, as the JDK names them; empty = its default. */
  Optional<String[]> protocols() {
    if (minVersion.isEmpty() && maxVersion.isEmpty()) {
      return Optional.empty();
    }
    TlsVersion oldest = minVersion.orElse(TlsVersion.TLS12);
    TlsVersion newest = maxVersion.orElse(TlsVersion.TLS13);
    return Optional.of(Arrays.stream(TlsVersion.values())
        .filter(each -> each.compareTo(oldest) >= 0 && each.compareTo(newest) <= 0).map(TlsVersion::protocol).toArray(String[]::new));
  }
}
