package io.meshwatch.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

/** A server's certificate and key in files that may be replaced while it runs. Confined to its listener. */
final class CertificateFiles {
  private final ListenerSpec.ServerTls files;
  private long chainChangedAt;
  private long keyChangedAt;

  CertificateFiles(ListenerSpec.ServerTls files) {
    this.files = files;
    changed();
  }

  /** Whether a file was written since this was last asked. */
  boolean changed() {
    long chain = changedAt(files.certificateChainFile());
    long key = changedAt(files.keyFile());
    boolean changed = chain != chainChangedAt || key != keyChangedAt;
    chainChangedAt = chain;
    keyChangedAt = key;
    return changed;
  }

  private static long changedAt(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      return 0;
    }
  }

  /** A key store in memory with what the files hold now; its password is empty. */
  KeyStore keyStore() {
    try {
      return Pem.keyStore(Pem.of(files.certificateChainFile()), Pem.of(files.keyFile()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot use certificate " + files.certificateChainFile() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return files.certificateChainFile().toString();
  }
}
