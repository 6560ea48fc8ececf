package io.meshwatch.dhall;

import io.meshwatch.environment.Disk;
import java.nio.file.Path;

/** A disk for reading: whatever changes anything is a mistake. */
interface ReadOnlyDisk extends Disk {
  @Override
  default void createDirectories(Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  default void rename(Path from, Path to) {
    throw new UnsupportedOperationException();
  }

  @Override
  default void delete(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  default void forceDirectory(Path directory) {
    throw new UnsupportedOperationException();
  }

  @Override
  default Space space(Path path) {
    throw new UnsupportedOperationException();
  }
}
