package io.meshwatch.dhall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The standard's repository under the name {@code dhall-lang}; can only read whole files. */
final class SuiteDisk implements ReadOnlyDisk {
  private final Path root;

  SuiteDisk(Path root) {
    this.root = root;
  }

  private Path real(Path path) {
    Path clean = path.normalize();
    return clean.startsWith("dhall-lang") ? root.resolve(Path.of("dhall-lang").relativize(clean)) : clean;
  }

  @Override
  public File open(Path path, Mode mode) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] readAll(Path path) throws IOException {
    return Files.readAllBytes(real(path));
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(real(path));
  }

  @Override
  public boolean isDirectory(Path path) {
    return Files.isDirectory(real(path));
  }

  @Override
  public List<String> list(Path directory) {
    return List.of();
  }

  @Override
  public long size(Path file) throws IOException {
    return Files.size(real(file));
  }
}
