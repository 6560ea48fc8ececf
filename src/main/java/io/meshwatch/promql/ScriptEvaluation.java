package io.meshwatch.promql;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Evaluates what a script asks and compares it with what the script expects. Confined to its script. */
final class ScriptEvaluation {
  private static final double TOLERANCE = 1e-6;
  private static final long MINUTE = 60_000;
  private static final Pattern DEPENDS_ON_RANGE = Pattern.compile("(?i)\\b(start|end|range|step)\\s*\\(");
  private static final Pattern PLACE = Pattern.compile("^\\d+:\\d+: parse error: ");

  private final MemoryStore store;
  private final QueryEngine engine;

  ScriptEvaluation(MemoryStore store, Workers workers, Clock clock) {
    this.store = store;
    this.engine = new QueryEngine(new QueryOptions(ParserOptions.ALL, true, MINUTE), workers, clock);
  }

  /** What is wrong, or null. */
  @Nullable String check(Expectation wanted) {
    QueryResult result;
    try {
      result = wanted.isRange
          ? engine.range(store, wanted.expression, wanted.startMillis, wanted.endMillis, wanted.stepMillis, QueryLimits.DEFAULT)
          : engine.instant(store, wanted.expression, wanted.startMillis, QueryLimits.DEFAULT);
    } catch (ParseException | QueryException e) {
      return checkFailure(wanted, PLACE.matcher(String.valueOf(e.getMessage())).replaceFirst(""));
    }
    if (wanted.failure != null) {
      return "expected a failure, got " + result.value();
    }
    String wrong = checkNotes("warning", wanted.warnings, wanted.noWarnings, result.warnings());
    wrong = wrong == null ? checkNotes("info", wanted.infos, wanted.noInfos, result.infos()) : wrong;
    wrong = wrong == null ? checkValue(wanted, result.value()) : wrong;
    wrong = wrong == null ? checkMiddleOfRange(wanted) : wrong;
    return wrong == null ? checkAtOtherTimes(wanted) : wrong;
  }

  /** An instant evaluation whose selectors are all pinned to its time must answer the same at any other time. */
  private @Nullable String checkAtOtherTimes(Expectation wanted) {
    Expr expr = engine.parse(wanted.expression);
    if (wanted.isRange || wanted.rangeVector != null || DEPENDS_ON_RANGE.matcher(wanted.expression).find() || !FixedTimes.isPossible(expr)) {
      return null;
    }
    long time = wanted.startMillis;
    Expr pinned = FixedTimes.pinned(expr, time);
    for (long other : time == 0 ? new long[] {-1000, 1000} : new long[] {-10 * time, 0, time / 5, 10 * time}) {
      try {
        String wrong = checkValue(wanted, engine.instant(store, pinned, wanted.expression, other, QueryLimits.DEFAULT).value());
        if (wrong != null) {
          return "as " + Printer.print(pinned) + " at " + other + ": " + wrong;
        }
      } catch (ParseException | QueryException e) {
        return "as " + Printer.print(pinned) + " at " + other + ": unexpected failure: " + e.getMessage();
      }
    }
    return null;
  }

  private static @Nullable String checkFailure(Expectation wanted, String message) {
    Expectation.Wanted failure = wanted.failure;
    if (failure == null) {
      return "unexpected failure: " + message;
    }
    return failure.test().test(message) ? null : "expected a failure " + failure.text() + ", got: " + message;
  }

  private static @Nullable String checkNotes(String kind, List<Expectation.Wanted> wanted, boolean none, List<String> got) {
    if (none && !got.isEmpty()) {
      return "expected no " + kind + ", got " + got;
    }
    for (Expectation.Wanted one : wanted) {
      if (got.stream().noneMatch(one.test())) {
        return "expected " + kind + " " + one.text() + ", got " + got;
      }
    }
    for (String text : got) {
      if (!wanted.isEmpty() && wanted.stream().noneMatch(one -> one.test().test(text))) {
        return "unexpected " + kind + ": " + text;
      }
    }
    return null;
  }

  private static @Nullable String checkValue(Expectation wanted, Value value) {
    return switch (value) {
      case Value.Text text -> text.value().equals(wanted.string) ? null : "expected string " + wanted.string + ", got " + text.value();
      case Value.Scalar scalar -> {
        Double expected = wanted.scalar;
        boolean same = expected != null && same(expected, scalar.value());
        yield same ? null : "expected " + (expected == null ? wanted.series : expected) + ", got scalar " + scalar.value();
      }
      case Value.Vector vector -> checkVector(wanted, vector);
      case Value.Matrix matrix -> checkMatrix(wanted, matrix, wanted.rangeVector == null
          ? Steps.range(wanted.startMillis, wanted.endMillis, wanted.stepMillis) : wanted.rangeVector);
    };
  }

  private static @Nullable String checkVector(Expectation wanted, Value.Vector vector) {
    List<Labels> got = vector.samples().stream().map(Value.Sample::labels).toList();
    if (wanted.ordered && !got.equals(List.copyOf(wanted.series.keySet()))) {
      return "expected in this order " + wanted.series.keySet() + ", got " + got;
    }
    Map<Labels, SeriesDescription.Item> items = new TreeMap<>();
    for (Value.Sample sample : vector.samples()) {
      items.put(sample.labels(), new SeriesDescription.Item(sample.value(), sample.histogram()));
    }
    return checkPoint(wanted, items);
  }

  /** Compares one vector with the only value of each expected series. */
  private static @Nullable String checkPoint(Expectation wanted, Map<Labels, SeriesDescription.Item> got) {
    for (Map.Entry<Labels, List<SeriesDescription.@Nullable Item>> entry : wanted.series.entrySet()) {
      SeriesDescription.Item item = got.get(entry.getKey());
      SeriesDescription.Item expected = entry.getValue().isEmpty() ? null : entry.getValue().getFirst();
      if (item == null || !same(expected, item)) {
        return "expected " + entry.getKey() + " " + show(expected) + ", got " + show(item) + " of " + got.keySet();
      }
    }
    for (Labels labels : got.keySet()) {
      if (!wanted.series.containsKey(labels)) {
        return "unexpected series " + labels + " " + show(got.get(labels));
      }
    }
    return null;
  }

  private static @Nullable String checkMatrix(Expectation wanted, Value.Matrix matrix, Steps steps) {
    Map<Labels, Value.Points> got = new TreeMap<>();
    matrix.series().forEach(points -> got.put(points.labels(), points));
    for (Map.Entry<Labels, List<SeriesDescription.@Nullable Item>> entry : wanted.series.entrySet()) {
      List<SeriesDescription.@Nullable Item> expected = entry.getValue();
      Value.Points points = got.remove(entry.getKey());
      for (int i = 0; i < Math.max(steps.count(), expected.size()); i++) {
        SeriesDescription.Item wantedItem = i < expected.size() ? expected.get(i) : null;
        SeriesDescription.Item item = points == null ? null : at(points, steps.at(i));
        if (!same(wantedItem, item)) {
          return "expected " + entry.getKey() + " at " + steps.at(i) + " " + show(wantedItem) + ", got " + show(item);
        }
      }
    }
    return got.isEmpty() ? null : "unexpected series " + got.keySet();
  }

  private static SeriesDescription.@Nullable Item at(Value.Points points, long time) {
    int f = Arrays.binarySearch(points.floatTimestamps(), time);
    int h = Arrays.binarySearch(points.histogramTimestamps(), time);
    if (f >= 0) {
      return new SeriesDescription.Item(points.floats()[f], null);
    }
    return h >= 0 ? new SeriesDescription.Item(0, points.histograms()[h]) : null;
  }

  private @Nullable String checkMiddleOfRange(Expectation wanted) {
    boolean applies = !wanted.isRange && !wanted.ordered && wanted.string == null && wanted.rangeVector == null
        && !DEPENDS_ON_RANGE.matcher(wanted.expression).find();
    if (!applies || Plan.unwrap(engine.parse(wanted.expression)).type() == ValueType.MATRIX) {
      return null;
    }
    long time = wanted.startMillis;
    QueryResult result;
    try {
      result = engine.range(store, wanted.expression, time - MINUTE, time + MINUTE, MINUTE, QueryLimits.DEFAULT);
    } catch (QueryException e) {
      // What fails a minute earlier or later says nothing about the middle.
      return null;
    }
    Map<Labels, SeriesDescription.Item> middle = new TreeMap<>();
    for (Value.Points points : ((Value.Matrix) result.value()).series()) {
      SeriesDescription.Item item = at(points, time);
      if (item != null) {
        middle.put(points.labels(), item);
      }
    }
    Double scalar = wanted.scalar;
    if (scalar != null) {
      SeriesDescription.Item item = middle.get(Labels.EMPTY);
      return item != null && same(scalar, item.value()) ? null : "as range query: expected " + scalar + ", got " + show(item);
    }
    String wrong = checkPoint(wanted, middle);
    return wrong == null ? null : "as range query: " + wrong;
  }

  // Comparing

  private static boolean same(SeriesDescription.@Nullable Item expected, SeriesDescription.@Nullable Item got) {
    if (expected == null || got == null) {
      return expected == null && got == null;
    }
    Histogram wanted = expected.histogram();
    Histogram histogram = got.histogram();
    if (wanted == null || histogram == null) {
      return wanted == null && histogram == null && same(expected.value(), got.value());
    }
    return same(wanted, histogram);
  }

  private static boolean same(Histogram a, Histogram b) {
    boolean hints = a.resetHint() == ResetHint.UNKNOWN || a.resetHint() == b.resetHint();
    return hints && a.schema() == b.schema() && a.zeroThreshold() == b.zeroThreshold() && same(a.zeroCount(), b.zeroCount())
        && same(a.count(), b.count()) && same(a.sum(), b.sum()) && Arrays.equals(a.customValues(), b.customValues())
        && same(Buckets.of(a.positiveSpans(), a.positiveBuckets()), Buckets.of(b.positiveSpans(), b.positiveBuckets()))
        && same(Buckets.of(a.negativeSpans(), a.negativeBuckets()), Buckets.of(b.negativeSpans(), b.negativeBuckets()));
  }

  private static boolean same(Buckets first, Buckets second) {
    Buckets a = first.compact(false);
    Buckets b = second.compact(false);
    if (a.size != b.size) {
      return false;
    }
    for (int i = 0; i < a.size; i++) {
      if (a.indexes[i] != b.indexes[i] || !same(a.counts[i], b.counts[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(double a, double b) {
    if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
      return true;
    }
    double size = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || size < Double.MIN_NORMAL) {
      return difference < TOLERANCE * Double.MIN_NORMAL;
    }
    return difference / Math.min(size, Double.MAX_VALUE) < TOLERANCE;
  }

  private static String show(SeriesDescription.@Nullable Item item) {
    if (item == null) {
      return "nothing";
    }
    Histogram histogram = item.histogram();
    return histogram == null ? NumberText.value(item.value())
        : HistogramBuckets.print(histogram) + " " + histogram.resetHint() + " schema " + histogram.schema() + " " + histogram.zeroThreshold();
  }
}
