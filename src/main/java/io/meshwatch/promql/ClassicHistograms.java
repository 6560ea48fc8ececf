package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.HistogramBuckets.Bucket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code histogram_quantile}, {@code histogram_quantiles} and {@code histogram_fraction}, of classic histograms (one series for each
 * bucket, told apart by {@code le}) and of native ones. Confined to one thread.
 *
 * @see <a href="https://prometheus.io/docs/practices/histograms/">Histograms and summaries</a>
 */
final class ClassicHistograms {
  /** Buckets whose counts differ by less than this part are taken as equal: rounding errors of rates and sums. */
  private static final double TOLERANCE = 1e-12;

  private record BucketRow(double upperBound, Row row) {}

  /** The series of one histogram: buckets, and perhaps a native histogram of the same name and labels. */
  private static final class Group {
    final List<BucketRow> buckets = new ArrayList<>();
    @Nullable Row whole;
  }

  private final Evaluator evaluator;
  private final QueryContext context;
  private final Call call;
  private final Steps steps;
  private final Expr argument;
  private final Map<Labels, Group> groups = new LinkedHashMap<>();

  ClassicHistograms(Evaluator evaluator, Call call, Steps steps) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.call = call;
    this.steps = steps;
    this.argument = call.arguments().get(switch (call.function().name()) {
      case "histogram_quantile" -> 1;
      case "histogram_fraction" -> 2;
      default -> 0;
    });
  }

  void run(RowSink sink) {
    evaluator.vector(argument, steps, this::collect);
    groups.values().forEach(group -> group.buckets.sort(Comparator.comparingDouble(BucketRow::upperBound)));
    boolean merges = !context.options.delayedNameRemoval() && !Plan.hasOneName(argument);
    Merging merging = merges ? new Merging(context, call, sink) : null;
    RowSink target = merging == null ? sink : merging;
    switch (call.function().name()) {
      case "histogram_quantile" -> quantile(call.arguments().getFirst(), "", target);
      case "histogram_quantiles" -> quantiles(target);
      default -> fraction(target);
    }
    if (merging != null) {
      merging.finish();
    }
  }

  private void collect(Row row) {
    Group group = groups.computeIfAbsent(row.labels.without(List.of(Labels.BUCKET)), l -> new Group());
    context.hold(row.size(), call);
    if (row.histograms != null) {
      groups.computeIfAbsent(row.labels, l -> new Group()).whole = row.copy();
    }
    boolean floats = false;
    for (int i = 0; i < steps.count() && !floats; i++) {
      floats = row.isFloat(i);
    }
    if (!floats) {
      return;
    }
    String bound = row.labels.get(Labels.BUCKET);
    try {
      group.buckets.add(new BucketRow(NumberText.parse(bound), row.copy()));
    } catch (NumberFormatException e) {
      context.annotations.badBucketLabel(row.labels.metricName(), bound, argument.position());
    }
  }

  // One function value for each group and step

  private interface Statistic {
    double ofNative(Histogram histogram, int step, String metricName);

    double ofClassic(double[] bounds, double[] counts, int size, int step, String metricName);
  }

  private void evaluate(Statistic statistic, String label, String value, RowSink sink) {
    for (Map.Entry<Labels, Group> entry : groups.entrySet()) {
      Labels labels = entry.getKey();
      Row result = Row.empty(label.isEmpty() ? labels : labels.toBuilder().set(label, value).build(), steps.count());
      Group group = entry.getValue();
      double[] bounds = new double[group.buckets.size()];
      double[] counts = new double[group.buckets.size()];
      for (int i = 0; i < steps.count(); i++) {
        Row whole = group.whole;
        Histogram histogram = whole == null ? null : whole.histogram(i);
        int size = gather(group, i, bounds, counts);
        if (histogram != null && size > 0) {
          context.annotations.mixedClassicAndNativeHistograms(labels.metricName(), argument.position());
        } else if (histogram != null) {
          result.floats[i] = statistic.ofNative(histogram, i, labels.metricName());
        } else if (size > 0) {
          result.floats[i] = statistic.ofClassic(bounds, counts, size, i, labels.metricName());
        }
      }
      if (!result.isEmpty()) {
        evaluator.dropName(result);
        sink.accept(result);
      }
    }
  }

  /** The buckets that are there at a step, those with the same bound joined. */
  private static int gather(Group group, int step, double[] bounds, double[] counts) {
    int size = 0;
    for (BucketRow bucket : group.buckets) {
      if (!bucket.row.isFloat(step)) {
        continue;
      }
      if (size > 0 && bounds[size - 1] == bucket.upperBound) {
        counts[size - 1] += bucket.row.floats[step];
      } else {
        bounds[size] = bucket.upperBound;
        counts[size++] = bucket.row.floats[step];
      }
    }
    return size;
  }

  // Quantiles

  private void quantiles(RowSink sink) {
    String label = Evaluator.string(call.arguments().get(1));
    for (Labels labels : groups.keySet()) {
      if (labels.has(label)) {
        throw context.failure("label " + label + " already exists on the input of histogram_quantiles");
      }
    }
    for (Expr quantile : call.arguments().subList(2, call.arguments().size())) {
      quantile(quantile, label, sink);
    }
  }

  private void quantile(Expr expr, String label, RowSink sink) {
    double[] quantiles = evaluator.scalar(expr, steps);
    evaluator.warnAboutQuantiles(quantiles, expr);
    if (label.isEmpty()) {
      evaluate(new QuantileStatistic(quantiles), "", "", sink);
      return;
    }
    Set<String> texts = new LinkedHashSet<>();
    for (double quantile : quantiles) {
      texts.add(NumberText.openMetrics(quantile));
    }
    for (String text : texts) {
      evaluate(new QuantileStatistic(quantiles), label, text, row -> {
        for (int i = 0; i < quantiles.length; i++) {
          if (!NumberText.openMetrics(quantiles[i]).equals(text)) {
            row.clear(i);
          }
        }
        sink.accept(row);
      });
    }
  }

  private final class QuantileStatistic implements Statistic {
    private final double[] quantiles;

    QuantileStatistic(double[] quantiles) {
      this.quantiles = quantiles;
    }

    @Override
    public double ofNative(Histogram histogram, int step, String metricName) {
      double quantile = quantiles[step];
      double value = HistogramStatistics.quantile(quantile, histogram);
      if (Double.isNaN(histogram.sum()) && histogram.count() > 0 && !Quantile.isInvalid(quantile)) {
        context.annotations.quantileOfNaNs(metricName, Double.isNaN(value), argument.position());
      }
      return value;
    }

    @Override
    public double ofClassic(double[] bounds, double[] counts, int size, int step, String metricName) {
      double quantile = quantiles[step];
      if (quantile < 0 || quantile > 1) {
        return quantile < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      if (Double.isNaN(quantile) || bounds[size - 1] != Double.POSITIVE_INFINITY || size < 2) {
        return Double.NaN;
      }
      if (makeMonotonic(counts, size)) {
        context.annotations.fixedMonotonicity(metricName, argument.position());
      }
      return interpolate(quantile, bounds, counts, size);
    }
  }

  private static double interpolate(double quantile, double[] bounds, double[] counts, int size) {
    double observations = counts[size - 1];
    if (observations == 0) {
      return Double.NaN;
    }
    double rank = quantile * observations;
    int at = 0;
    while (at < size - 1 && counts[at] < rank) {
      at++;
    }
    if (at == size - 1) {
      return bounds[size - 2];
    }
    if (at == 0 && bounds[0] <= 0) {
      return bounds[0];
    }
    double lower = at == 0 ? 0 : bounds[at - 1];
    double below = at == 0 ? 0 : counts[at - 1];
    return lower + (bounds[at] - lower) * ((rank - below) / (counts[at] - below));
  }

  /** Raises buckets that count less than the one below; true if any did by more than a rounding error. */
  private static boolean makeMonotonic(double[] counts, int size) {
    boolean forced = false;
    double previous = counts[0];
    for (int i = 1; i < size; i++) {
      double current = counts[i];
      if (current < previous || almostEqual(current, previous)) {
        forced |= current < previous && !almostEqual(current, previous);
        counts[i] = previous;
      } else {
        previous = current;
      }
    }
    return forced;
  }

  private static boolean almostEqual(double a, double b) {
    if (a == b) {
      return true;
    }
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }

  // Fractions

  private void fraction(RowSink sink) {
    double[] lowers = evaluator.scalar(call.arguments().get(0), steps);
    double[] uppers = evaluator.scalar(call.arguments().get(1), steps);
    evaluate(new Statistic() {
      @Override
      public double ofNative(Histogram histogram, int step, String metricName) {
        if (Double.isNaN(histogram.sum()) && histogram.count() > 0) {
          context.annotations.fractionOfNaNs(metricName, argument.position());
        }
        return HistogramStatistics.fraction(lowers[step], uppers[step], histogram);
      }

      @Override
      public double ofClassic(double[] bounds, double[] counts, int size, int step, String metricName) {
        if (bounds[size - 1] != Double.POSITIVE_INFINITY) {
          return Double.NaN;
        }
        makeMonotonic(counts, size);
        return HistogramStatistics.fraction(lowers[step], uppers[step], buckets(bounds, counts, size), counts[size - 1], true, false);
      }
    }, "", "", sink);
  }

  private static List<Bucket> buckets(double[] bounds, double[] counts, int size) {
    List<Bucket> buckets = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      double first = bounds[0] > 0 ? 0 : Double.NEGATIVE_INFINITY;
      buckets.add(new Bucket(i == 0 ? first : bounds[i - 1], bounds[i], false, true, i == 0 ? counts[0] : counts[i] - counts[i - 1]));
    }
    return buckets;
  }
}
