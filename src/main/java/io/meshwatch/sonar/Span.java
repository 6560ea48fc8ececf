package io.meshwatch.sonar;

/** A time up to now over which runs are counted. */
public enum Span {
  HOUR("1h", 1),
  SIX_HOURS("6h", 6),
  DAY("24h", 24),
  THREE_DAYS("3d", 72),
  WEEK("7d", 168),
  MONTH("30d", 720),
  QUARTER("90d", 2160);

  private final String label;
  private final int hours;

  Span(String label, int hours) {
    this.label = label;
    this.hours = hours;
  }

  /** As people and programs write it. */
  public String label() {
    return label;
  }

  int hours() {
    return hours;
  }
}
