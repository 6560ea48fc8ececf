package io.meshwatch.sonar;

/**
 * One precondition and whether it holds.
 *
 * @param subject which installation, user or target
 * @param check the precondition: "dns", "password grant", "project"…
 * @param outcome whether it holds
 * @param detail what was found
 * @param advice what to do; empty if nothing
 */
public record Diagnosis(String subject, String check, Outcome outcome, String detail, String advice) {
  /** Whether a precondition holds. */
  public enum Outcome {
    HOLDS,
    /** Worth a look; Sonar can work. */
    DOUBTFUL,
    MISSING,
    /** Cannot be told before the ones above hold. */
    NOT_CHECKED
  }
}
