package io.meshwatch.model;

/** What a target says about a metric family: its type, unit and help text; the texts may be empty. */
public record MetricMetadata(Type type, String unit, String help) {
  /** Kinds of metrics, with the names of OpenMetrics. */
  public enum Type {
    UNKNOWN("unknown"),
    COUNTER("counter"),
    GAUGE("gauge"),
    HISTOGRAM("histogram"),
    GAUGE_HISTOGRAM("gaugehistogram"),
    SUMMARY("summary"),
    INFO("info"),
    STATE_SET("stateset");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
