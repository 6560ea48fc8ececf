package io.meshwatch.dhall;

/** A type or another expression that can only be shown. */
public final class DhallExpression {
  private final Value value;

  DhallExpression(Value value) {
    this.value = value;
  }

  /** As Dhall text on one line. */
  @Override
  public String toString() {
    return Printer.oneLine(value);
  }
}
