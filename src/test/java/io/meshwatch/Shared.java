package io.meshwatch;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Outside test data that lies beside the repository. Tests that need it skip, and say so, where it is missing. */
public final class Shared {
  private Shared() {}

  /** A file or folder under {@code ../shared}, or under the folder that MESHWATCH_SHARED names; skips the test if it is missing. */
  public static Path folder(String relative) {
    String override = System.getenv("MESHWATCH_SHARED");
    Path path = (override == null ? Path.of("..", "shared") : Path.of(override)).resolve(relative);
    if (!Files.exists(path)) {
      System.err.println("SKIPPED: " + relative + " is not beside the repository");
    }
    Assumptions.assumeTrue(Files.exists(path), () -> "outside test data is missing: shared/" + relative);
    return path;
  }
}
