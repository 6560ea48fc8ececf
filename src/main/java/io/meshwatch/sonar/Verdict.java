package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.FailureClass;

/** What a run says about its target. */
public sealed interface Verdict {
  /**
   * A user gets through.
   *
   * @param flaky whether it took more than one attempt
   * @param note what is worth knowing all the same; may be empty
   */
  record Passed(boolean flaky, String note) implements Verdict {}

  /** A user does not get through, and meshStack is why. */
  record Failed(Evidence evidence) implements Verdict {
    public FailureClass failureClass() {
      return evidence.finding().failureClass();
    }
  }

  /**
   * Sonar could not do its work; says nothing about the target.
   *
   * @param reason one sentence
   */
  record Inconclusive(String reason) implements Verdict {}
}
