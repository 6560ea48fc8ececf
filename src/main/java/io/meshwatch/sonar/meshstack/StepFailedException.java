package io.meshwatch.sonar.meshstack;

/**
 * Leaves a step at the place where it failed. Never travels further than the step's border, where it becomes a value: between
 * the first line of a step and the twentieth every line may fail, and only the finding matters.
 */
public final class StepFailedException extends Exception {
  private final transient Finding finding;

  public StepFailedException(Finding finding) {
    super(finding.failureClass().label(), null, false, false);
    this.finding = finding;
  }

  public Finding finding() {
    return finding;
  }
}
