package io.meshwatch.scrape;

import io.meshwatch.model.Appender;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.List;

/** The series about a target's scrapes: {@code up} and those that begin with {@code scrape_}. Confined to the target's loop. */
final class ReportSeries {
  private static final List<String> NAMES =
      List.of(
          "up",
          "scrape_duration_seconds",
          "scrape_samples_scraped",
          "scrape_samples_post_metric_relabeling",
          "scrape_series_added",
          "scrape_timeout_seconds",
          "scrape_sample_limit",
          "scrape_body_size_bytes");
  private static final List<String> HELPS =
      List.of(
          "Whether the last scrape succeeded.",
          "How long the last scrape took.",
          "Samples on the last page.",
          "Samples of the last page that metric relabelling kept.",
          "Series of the last page that were not on the pages before.",
          "The scrape timeout.",
          "The sample limit, 0 = none.",
          "Size of the last page, -1 if it was too large.");

  /** The first of them are those that every Prometheus stores. */
  private static final int USUAL = 5;

  private final SampleLabels labels;
  private final int count;
  private final List<SeriesHandle> series = new ArrayList<>();

  /** @param extra whether the series about limits and size are stored as well */
  ReportSeries(SampleLabels labels, boolean extra) {
    this.labels = labels;
    this.count = extra ? NAMES.size() : USUAL;
  }

  static boolean has(String metric) {
    return NAMES.contains(metric);
  }

  /** Values of one scrape, in the order of the names. */
  record Report(boolean up, double durationSeconds, long samples, long samplesKept, long seriesAdded, double timeoutSeconds,
      long sampleLimit, long bodyBytes) {
    private double[] values() {
      return new double[] {up ? 1 : 0, durationSeconds, samples, samplesKept, seriesAdded, timeoutSeconds, sampleLimit, bodyBytes};
    }
  }

  void append(Appender appender, long atMillis, Report report) {
    double[] values = report.values();
    for (int i = 0; i < count; i++) {
      appender.append(handle(appender, i), atMillis, values[i]);
    }
  }

  private SeriesHandle handle(Appender appender, int index) {
    if (index == series.size()) {
      SeriesHandle added = appender.series(labels.report(NAMES.get(index)));
      appender.metadata(added, new MetricMetadata(MetricMetadata.Type.GAUGE, "", HELPS.get(index)));
      series.add(added);
    }
    return series.get(index);
  }

  /** Ends them all. */
  void end(Appender appender, long atMillis) {
    series.forEach(s -> appender.append(s, atMillis, StaleMarker.VALUE));
  }
}
