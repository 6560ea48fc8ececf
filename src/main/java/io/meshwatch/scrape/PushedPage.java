package io.meshwatch.scrape;

import io.meshwatch.exposition.ExpositionSink;
import io.meshwatch.exposition.NativeHistograms;
import io.meshwatch.exposition.SeriesText;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the families of a pushed page. Native histograms count as classic ones. Confined to one thread. */
final class PushedPage implements ExpositionSink {
  /** Most samples of one push. */
  static final int SAMPLES_MAX = 100_000;
  private static final List<String> HISTOGRAM_SUFFIXES = List.of("_bucket", "_sum", "_count");
  private static final List<String> SUMMARY_SUFFIXES = List.of("_sum", "_count");

  private final Map<String, List<PushedGroup.Sample>> samples = new LinkedHashMap<>();
  private final Map<String, MetricMetadata.Type> types = new HashMap<>();
  private final Map<String, String> helps = new HashMap<>();
  private final Labels groupLabels;
  private MetricMetadata.Type familyType = MetricMetadata.Type.UNKNOWN;
  private int count;

  /** Samples get these labels, whatever they say themselves. */
  PushedPage(Labels groupLabels) {
    this.groupLabels = groupLabels;
  }

  Map<String, PushedGroup.Family> families() {
    Map<String, PushedGroup.Family> families = new LinkedHashMap<>();
    samples.forEach((name, all) -> families.put(name, new PushedGroup.Family(
        new MetricMetadata(types.getOrDefault(name, MetricMetadata.Type.UNKNOWN), "", helps.getOrDefault(name, "")), List.copyOf(all))));
    return families;
  }

  @Override
  public NativeHistograms nativeHistograms() {
    return NativeHistograms.IGNORE;
  }

  @Override
  public void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type) {
    familyType = type;
    types.put(SeriesText.name(page, nameFrom, nameTo), type);
  }

  @Override
  public void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    helps.put(SeriesText.name(page, nameFrom, nameTo), SeriesText.help(page, textFrom, textTo, false));
  }

  @Override
  public void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    // A Pushgateway knows no units.
  }

  @Override
  public void sample(byte[] page, int seriesFrom, int seriesTo, double value, long timestampMillis) {
    if (timestampMillis != NO_TIMESTAMP) {
      throw PushGateway.invalid("pushed metrics must not have timestamps");
    }
    if (++count > SAMPLES_MAX) {
      throw PushGateway.invalid("more than " + SAMPLES_MAX + " samples in one push");
    }
    Labels.Builder labels = SeriesText.decode(page, seriesFrom, seriesTo, familyType).labels().toBuilder();
    for (int i = 0; i < groupLabels.size(); i++) {
      labels.set(groupLabels.name(i), groupLabels.value(i));
    }
    Labels all = labels.build();
    samples.computeIfAbsent(family(all.metricName()), n -> new ArrayList<>()).add(new PushedGroup.Sample(all, value));
  }

  private String family(String metricName) {
    for (String suffix : HISTOGRAM_SUFFIXES) {
      String base = metricName.endsWith(suffix) ? metricName.substring(0, metricName.length() - suffix.length()) : metricName;
      MetricMetadata.Type type = types.get(base);
      boolean histogram = type == MetricMetadata.Type.HISTOGRAM || type == MetricMetadata.Type.GAUGE_HISTOGRAM;
      boolean summary = type == MetricMetadata.Type.SUMMARY && SUMMARY_SUFFIXES.contains(suffix);
      if (!base.equals(metricName) && (histogram || summary)) {
        return base;
      }
    }
    return metricName;
  }

  @Override
  public void histogram(byte[] page, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis) {
    throw new IllegalStateException("native histograms are not asked for");
  }

  @Override
  public void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis) {
    // A Pushgateway shows none.
  }
}
