package io.meshwatch.promql;

/** The types of PromQL values. */
public enum ValueType {
  SCALAR("scalar"),
  STRING("string"),
  VECTOR("vector"),
  MATRIX("matrix"),
  /** Of a duration where one is expected; never of a result. */
  NONE("none");

  private final String text;

  ValueType(String text) {
    this.text = text;
  }

  /** The name in the HTTP API and, except for "instant vector" and "range vector", in messages. */
  public String text() {
    return text;
  }

  /** The name in documentation and messages: "instant vector". */
  public String documentedName() {
    return switch (this) {
      case VECTOR -> "instant vector";
      case MATRIX -> "range vector";
      case SCALAR, STRING, NONE -> text;
    };
  }
}
