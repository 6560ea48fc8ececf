package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Federation in text 0.0.4. A native histogram has no buckets there; its count and sum are shown as those of a classic one. */
final class FederationText implements FederationPage {
  private static final String UNTYPED = "untyped";
  private static final String HISTOGRAM = "histogram";

  private final NameEscaping escaping;
  private final StringBuilder page = new StringBuilder(1 << 12);
  private String family = "";

  FederationText(NameEscaping escaping) {
    this.escaping = escaping;
  }

  @Override
  public void sample(String metricName, SequencedMap<String, String> labels, double value, long timestampMillis) {
    begin(metricName, UNTYPED);
    line(metricName, labels, value, timestampMillis);
  }

  @Override
  public void histogram(String metricName, SequencedMap<String, String> labels, Histogram histogram, long timestampMillis) {
    begin(metricName, HISTOGRAM);
    SequencedMap<String, String> withBound = new LinkedHashMap<>(labels);
    withBound.put("le", "+Inf");
    line(metricName + "_bucket", withBound, histogram.count(), timestampMillis);
    line(metricName + "_sum", labels, histogram.sum(), timestampMillis);
    line(metricName + "_count", labels, histogram.count(), timestampMillis);
  }

  private void begin(String metricName, String type) {
    String key = metricName + ' ' + type;
    if (!key.equals(family)) {
      family = key;
      page.append("# TYPE ").append(name(metricName)).append(' ').append(type).append('\n');
    }
  }

  private String name(String metricName) {
    String escaped = escaping.escape(metricName);
    return Names.isLegacyMetricName(escaped) ? escaped : quoted(escaped);
  }

  private void line(String metricName, SequencedMap<String, String> labels, double value, long timestampMillis) {
    String name = name(metricName);
    boolean bare = !name.startsWith("\"");
    page.append(bare ? name : "").append('{').append(bare ? "" : name);
    boolean first = bare;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      String labelName = escaping.escape(label.getKey());
      page.append(first ? "" : ",").append(Names.isLegacyLabelName(labelName) ? labelName : quoted(labelName));
      page.append('=').append(quoted(label.getValue()));
      first = false;
    }
    page.append("} ").append(NumberText.general(value)).append(' ').append(timestampMillis).append('\n');
  }

  private static String quoted(String text) {
    return '"' + SeriesWriter.escaped(text) + '"';
  }

  @Override
  public byte[] finish() {
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }
}
