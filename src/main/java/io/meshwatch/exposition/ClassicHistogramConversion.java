package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.NumberText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A sink before a sink that makes native histograms with custom buckets of the classic ones on a page: {@code x_bucket}, {@code x_sum}
 * and {@code x_count} with the same labels become one histogram {@code x}. Its parts stand behind each other, so it is complete when
 * something else comes. A histogram whose counts contradict each other is left out. Where the page has a native histogram already,
 * nothing is made. Confined to one page.
 *
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/">Native histograms</a>
 */
public final class ClassicHistogramConversion implements ExpositionSink {
  private static final double WHOLE_MAX = 1L << 53;

  private final ExpositionSink sink;
  private final boolean keepsClassic;
  private final SeriesWriter series = new SeriesWriter();
  /** Name of the histogram family that is being read; empty in others. */
  private String family = "";
  private @Nullable Parts parts;
  /** Labels of the native histogram that came last. */
  private @Nullable Labels nativeLabels;
  private long createdMillis = NO_TIMESTAMP;

  /** An exemplar on its way to the histogram. */
  private record Held(byte[] labels, double value, long timestampMillis) {}

  /** What was read of one histogram. */
  private static final class Parts {
    final Labels labels;
    final long timestampMillis;
    final TreeMap<Double, Double> cumulative = new TreeMap<>();
    final List<Held> exemplars = new ArrayList<>();
    double count = Double.NaN;
    double sum;
    long createdMillis = NO_TIMESTAMP;

    Parts(Labels labels, long timestampMillis) {
      this.labels = labels;
      this.timestampMillis = timestampMillis;
    }
  }

  /** @param keepsClassic whether the parts are handed on, too */
  public ClassicHistogramConversion(ExpositionSink sink, boolean keepsClassic) {
    this.sink = sink;
    this.keepsClassic = keepsClassic;
  }

  /** Hands on the last histogram of the page. */
  public void finish() {
    Parts complete = parts;
    parts = null;
    Histogram histogram = complete == null ? null : histogram(complete);
    if (complete == null || histogram == null) {
      return;
    }
    series.begin(family);
    for (int i = 0; i < complete.labels.size(); i++) {
      series.label(complete.labels.name(i), complete.labels.value(i));
    }
    int to = series.finish("");
    if (complete.createdMillis != NO_TIMESTAMP) {
      sink.created(complete.createdMillis);
    }
    sink.histogram(series.bytes(), 0, to, histogram, complete.timestampMillis);
    for (Held exemplar : complete.exemplars) {
      sink.exemplar(exemplar.labels, 0, exemplar.labels.length, exemplar.value, exemplar.timestampMillis);
    }
  }

  /** The histogram, null if its bounds or counts do not fit together. */
  private static @Nullable Histogram histogram(Parts parts) {
    boolean nothing = parts.cumulative.isEmpty() && Double.isNaN(parts.count);
    if (nothing || parts.cumulative.containsKey(Double.NaN) || parts.cumulative.containsKey(Double.NEGATIVE_INFINITY)) {
      return null;
    }
    double[] bounds = parts.cumulative.headMap(Double.POSITIVE_INFINITY).keySet().stream().mapToDouble(Double::doubleValue).toArray();
    double[] counts = new double[bounds.length + 1];
    double below = 0;
    int bucket = 0;
    for (double upTo : parts.cumulative.values()) {
      counts[bucket++] = upTo - below;
      below = upTo;
    }
    double count = Double.isNaN(parts.count) ? below : parts.count;
    boolean complete = parts.cumulative.containsKey(Double.POSITIVE_INFINITY);
    counts[bounds.length] += count - below;
    boolean fits = Arrays.stream(counts).allMatch(each -> each >= 0) && (!complete || count == below);
    boolean whole = Arrays.stream(counts).allMatch(each -> each == Math.rint(each) && each < WHOLE_MAX);
    return fits
        ? new Histogram(Histogram.ResetHint.UNKNOWN, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, count, parts.sum,
            List.of(new Histogram.Span(0, counts.length)), counts, List.of(), new double[0], bounds, whole)
        : null;
  }

  @Override
  public int recognize(byte[] page, int from, int limit) {
    // What the sink recognizes it is given next, so it is not asked about parts that may end here.
    return family.isEmpty() ? sink.recognize(page, from, limit) : 0;
  }

  @Override
  public NativeHistograms nativeHistograms() {
    return sink.nativeHistograms();
  }

  @Override
  public void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type) {
    finish();
    nativeLabels = null;
    family = type == MetricMetadata.Type.HISTOGRAM ? SeriesText.name(page, nameFrom, nameTo) : "";
    sink.type(page, nameFrom, nameTo, type);
  }

  @Override
  public void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    sink.help(page, nameFrom, nameTo, textFrom, textTo);
  }

  @Override
  public void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    sink.unit(page, nameFrom, nameTo, textFrom, textTo);
  }

  @Override
  public void sample(byte[] page, int seriesFrom, int seriesTo, double value, long timestampMillis) {
    long startMillis = createdMillis;
    createdMillis = NO_TIMESTAMP;
    boolean taken = !family.isEmpty() && take(SeriesText.labels(page, seriesFrom, seriesTo, MetricMetadata.Type.HISTOGRAM), value, timestampMillis, startMillis);
    if (!taken || keepsClassic) {
      if (startMillis != NO_TIMESTAMP) {
        sink.created(startMillis);
      }
      sink.sample(page, seriesFrom, seriesTo, value, timestampMillis);
    }
  }

  /** Takes a part of a histogram; false if it is none, or if there is a native one. */
  private boolean take(Labels labels, double value, long timestampMillis, long startMillis) {
    String suffix = labels.metricName().startsWith(family) ? labels.metricName().substring(family.length()) : "";
    boolean bucket = suffix.equals("_bucket") && labels.has(Labels.BUCKET);
    if (!bucket && !suffix.equals("_sum") && !suffix.equals("_count")) {
      return false;
    }
    Labels common = labels.toBuilder().remove(Labels.METRIC_NAME).remove(Labels.BUCKET).build();
    if (common.equals(nativeLabels)) {
      return false;
    }
    Parts current = parts;
    if (current == null || !current.labels.equals(common)) {
      finish();
      current = new Parts(common, timestampMillis);
      parts = current;
    }
    current.createdMillis = startMillis == NO_TIMESTAMP ? current.createdMillis : startMillis;
    switch (suffix) {
      case "_bucket" -> current.cumulative.put(bound(labels), value);
      case "_sum" -> current.sum = value;
      default -> current.count = value;
    }
    return true;
  }

  /** A bound that is no number makes the counts contradict each other: it sorts behind all others. */
  private static double bound(Labels labels) {
    try {
      return NumberText.parse(labels.get(Labels.BUCKET));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  @Override
  public void histogram(byte[] page, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis) {
    finish();
    nativeLabels = SeriesText.labels(page, seriesFrom, seriesTo, MetricMetadata.Type.HISTOGRAM).toBuilder().remove(Labels.METRIC_NAME).build();
    if (createdMillis != NO_TIMESTAMP) {
      sink.created(createdMillis);
      createdMillis = NO_TIMESTAMP;
    }
    sink.histogram(page, seriesFrom, seriesTo, histogram, timestampMillis);
  }

  @Override
  public void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis) {
    Parts current = parts;
    if (current != null) {
      current.exemplars.add(new Held(Arrays.copyOfRange(page, labelsFrom, labelsTo), value, timestampMillis));
    }
    if (current == null || keepsClassic) {
      sink.exemplar(page, labelsFrom, labelsTo, value, timestampMillis);
    }
  }

  @Override
  public boolean wantsCreated() {
    return sink.wantsCreated();
  }

  @Override
  public void created(long timestampMillis) {
    createdMillis = timestampMillis;
  }
}
