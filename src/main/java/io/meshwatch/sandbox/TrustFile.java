package io.meshwatch.sandbox;

import io.meshwatch.environment.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A file with the authority that signs the sandbox's certificates, for smoke tests to trust. A fault takes it away: then smoke tests
 * cannot work, and that is not meshStack's fault. Guarded by this.
 */
final class TrustFile {
  private static final String NAME = "trust.pem";

  private final Disk disk;
  private final Path original;
  private final Path folder;
  private final Path file;
  private final Faults faults;

  TrustFile(Disk disk, SandboxSettings settings, Faults faults) {
    this.disk = disk;
    this.original = Path.of(settings.authorityCertificateFile().orElse(settings.certificateFile()));
    this.folder = Path.of(settings.folder());
    this.file = folder.resolve(NAME);
    this.faults = faults;
    restore();
  }

  Path file() {
    return file;
  }

  /** Brings the file into the state the faults ask for. */
  synchronized void refresh() {
    if (!faults.isActive(FaultKind.TRUST_FILE_GONE)) {
      if (!disk.exists(file)) {
        restore();
      }
      return;
    }
    try {
      disk.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
  }

  private void restore() {
    try {
      disk.createDirectories(folder);
      disk.replace(file, disk.exists(original) ? disk.readAll(original) : new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
