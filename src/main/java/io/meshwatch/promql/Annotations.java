package io.meshwatch.promql;

import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a query wants to tell beside its answer, each text once. Safe for several threads.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview">warnings and infos</a>
 */
final class Annotations {
  private record Note(boolean warning, String text, int start) {}

  private final String query;
  private final Set<Note> notes = ConcurrentHashMap.newKeySet();

  Annotations(String query) {
    this.query = query;
  }

  private void warn(String text, Position position) {
    notes.add(new Note(true, text, position.start()));
  }

  private void inform(String text, Position position) {
    notes.add(new Note(false, text, position.start()));
  }

  /** How many there are so far. */
  int size() {
    return notes.size();
  }

  List<String> warnings() {
    return texts(true, "PromQL warning: ");
  }

  List<String> infos() {
    return texts(false, "PromQL info: ");
  }

  private List<String> texts(boolean warning, String prefix) {
    if (notes.isEmpty()) {
      return List.of();
    }
    Set<String> texts = new TreeSet<>();
    for (Note note : notes) {
      if (note.warning == warning) {
        texts.add(prefix + note.text + " (" + new Position(note.start, note.start).place(query) + ")");
      }
    }
    return List.copyOf(texts);
  }

  private static String forMetric(String metricName) {
    return metricName.isEmpty() ? "" : " for metric name " + Names.quote(metricName);
  }

  void invalidQuantile(double quantile, Position position) {
    warn("quantile value should be between 0 and 1, got " + NumberText.general(quantile), position);
  }

  void invalidRatio(double ratio, double capped, Position position) {
    warn("ratio value should be between -1 and 1, got " + NumberText.general(ratio) + ", capping to " + NumberText.general(capped), position);
  }

  void badBucketLabel(String metricName, String bucket, Position position) {
    warn("bucket label \"le\" is missing or has a malformed value of " + Names.quote(bucket) + forMetric(metricName), position);
  }

  void mixedFloatsAndHistograms(String metricName, Position position) {
    warn("encountered a mix of histograms and floats for metric name " + Names.quote(metricName), position);
  }

  void mixedFloatsAndHistogramsInAggregation(Position position) {
    warn("encountered a mix of histograms and floats for aggregation", position);
  }

  void mixedClassicAndNativeHistograms(String metricName, Position position) {
    warn("vector contains a mix of classic and native histograms" + forMetric(metricName), position);
  }

  void mixedExponentialAndCustomBuckets(String metricName, Position position) {
    warn("vector contains a mix of histograms with exponential and custom buckets schemas for metric name " + Names.quote(metricName), position);
  }

  void histogramNotCounter(String metricName, Position position) {
    warn("this native histogram metric is not a counter: " + Names.quote(metricName), position);
  }

  void histogramNotGauge(String metricName, Position position) {
    warn("this native histogram metric is not a gauge: " + Names.quote(metricName), position);
  }

  /** {@code operation}: addition, subtraction or aggregation. */
  void conflictingCounterResets(String operation, Position position) {
    warn("conflicting counter resets during histogram " + operation, position);
  }

  void sortIneffective(Position position) {
    warn("sort is ineffective for range queries since results are always ordered by labels", position);
  }

  void mismatchedCustomBuckets(String operation, Position position) {
    inform("mismatched custom buckets were reconciled during " + operation, position);
  }

  void possiblyNoCounter(String metricName, Position position) {
    inform("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " + Names.quote(metricName), position);
  }

  void fixedMonotonicity(String metricName, Position position) {
    inform("input to histogram_quantile needed to be fixed for monotonicity (see "
        + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" + forMetric(metricName), position);
  }

  void incompatibleTypes(String operator, String left, String right, Position position) {
    inform("incompatible sample types encountered for binary operator " + Names.quote(operator) + ": " + left + " " + operator + " " + right, position);
  }

  void histogramIgnoredInAggregation(String aggregation, Position position) {
    inform("ignored histogram in " + aggregation + " aggregation", position);
  }

  void histogramsIgnoredInMixedRange(String metricName, Position position) {
    inform("ignored histograms in a range containing both floats and histograms for metric name " + Names.quote(metricName), position);
  }

  void quantileOfNaNs(String metricName, boolean resultIsNaN, Position position) {
    inform("input to histogram_quantile has NaN observations, result is " + (resultIsNaN ? "NaN" : "skewed higher") + forMetric(metricName), position);
  }

  void fractionOfNaNs(String metricName, Position position) {
    inform("input to histogram_fraction has NaN observations, which are excluded from all fractions" + forMetric(metricName), position);
  }
}
