package io.meshwatch.dhall;

import io.meshwatch.model.Problem;

/** An import that cannot be had; {@code ?} turns to its other side. Mistakes in a file that was had are no such failure. */
final class ImportFailure extends RuntimeException {
  private final transient Problem problem;

  ImportFailure(Problem problem) {
    super(problem.toString(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
