package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Parts of queries through which series pass one by one: the same answers as if all were held, within a small budget. */
class StreamingTest {
  private static final int SERIES = 200;
  private static final int STEPS = 40;
  private static final long STEP = 60_000;
  private static final QueryLimits SMALL = new QueryLimits(60_000, SERIES * STEPS / 4, 300_000);

  private final QueryEngine engine = new QueryEngine(new QueryOptions(ParserOptions.ALL, false, STEP), Fakes.ONE, Fakes.CLOCK);

  /** Few different values, so that there are ties; NaN, infinities and gaps. */
  private static MemoryStore store() {
    Random random = new Random(5);
    MemoryStore store = new MemoryStore();
    for (int i = 0; i < SERIES; i++) {
      Labels labels = Labels.of("__name__", "level", "instance", String.format("i%03d", i), "job", "j" + i % 3);
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(12) > 0) {
          store.add(labels, step * STEP, value(random));
        }
      }
    }
    for (int job = 0; job < 3; job++) {
      for (int step = 0; step < STEPS; step++) {
        store.add(Labels.of("__name__", "limit", "job", "j" + job), step * STEP, 5);
      }
    }
    return store;
  }

  private static double value(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> -0.0;
      default -> random.nextInt(10) - 3;
    };
  }

  private List<Value.Points> range(String query, QueryLimits limits) {
    QueryLimits instant = new QueryLimits(limits.timeoutMillis(), limits.samplesMax(), STEP);
    return ((Value.Matrix) engine.range(store(), query, 0, (STEPS - 1) * STEP, STEP, instant).value()).series();
  }

  @Test
  void keepsTheBestOfEachStepAsSortingAllWould() {
    List<Value.Points> all = range("level", QueryLimits.DEFAULT);
    for (int k : new int[] {0, 1, 3, 7, 150, 10_000}) {
      assertThat(texts(range("topk by (job) (" + k + ", level)", QueryLimits.DEFAULT))).as("topk %s", k)
          .isEqualTo(best(all, k, Comparator.reverseOrder()));
      assertThat(texts(range("bottomk by (job) (" + k + ", level)", QueryLimits.DEFAULT))).as("bottomk %s", k)
          .isEqualTo(best(all, k, Comparator.naturalOrder()));
    }
  }

  /** The slow way: all samples of a step and job sorted, NaN last, the first by labels among equal ones. */
  private static Map<String, String> best(List<Value.Points> all, int k, Comparator<Double> order) {
    record Entry(Value.Points series, double value) {}

    Map<String, List<Entry>> byStepAndJob = new TreeMap<>();
    for (Value.Points series : all) {
      for (int i = 0; i < series.floats().length; i++) {
        byStepAndJob.computeIfAbsent(series.floatTimestamps()[i] + series.labels().get("job"), s -> new ArrayList<>())
            .add(new Entry(series, series.floats()[i]));
      }
    }
    Map<String, String> best = new TreeMap<>();
    byStepAndJob.forEach((stepAndJob, entries) -> {
      Comparator<Entry> byValue = Comparator.comparing(entry -> entry.value == 0 ? 0.0 : entry.value, order);
      Comparator<Entry> nanLast = Comparator.comparing(entry -> Double.isNaN(entry.value));
      entries.sort(nanLast.thenComparing(byValue).thenComparing(entry -> entry.series.labels()));
      entries.stream().limit(k).forEach(entry -> best.put(entry.series.labels() + " " + stepAndJob, Double.toString(entry.value)));
    });
    return best;
  }

  private static Map<String, String> texts(List<Value.Points> series) {
    Map<String, String> texts = new TreeMap<>();
    for (Value.Points one : series) {
      for (int i = 0; i < one.floats().length; i++) {
        texts.put(one.labels() + " " + one.floatTimestamps()[i] + one.labels().get("job"), Double.toString(one.floats()[i]));
      }
    }
    return texts;
  }

  @Test
  void ordersTheBestOfOneTimeByValueAndThenByLabels() {
    MemoryStore store = new MemoryStore();
    double[] values = {1, Double.NaN, 3, 2, 3, Double.NaN, 1};
    for (int i = 0; i < values.length; i++) {
      store.add(Labels.of("__name__", "x", "i", "" + i), 0, values[i]);
    }
    assertThat(order(store, "topk(6, x)")).containsExactly("2", "4", "3", "0", "6", "1");
    assertThat(order(store, "bottomk(3, x)")).containsExactly("0", "6", "3");
    assertThat(order(store, "topk(1e9, x)")).containsExactly("2", "4", "3", "0", "6", "1", "5");
    assertThat(order(store, "topk(-1, x)")).isEmpty();
  }

  private List<String> order(MemoryStore store, String query) {
    Value.Vector vector = (Value.Vector) engine.instant(store, query, 0, QueryLimits.DEFAULT).value();
    return vector.samples().stream().map(sample -> sample.labels().get("i")).toList();
  }

  @Test
  void holdsOnlyWhatDecidesTheAnswer() {
    for (String query : List.of("count(topk(3, level))", "count(limitk(3, level))", "count(limit_ratio(0.5, level))", "count_values(\"v\", level)",
        "count(level and on (job) limit)", "count(level unless on (job) limit)", "count(level or on (job) limit)",
        "count(level > on (job) group_left limit)", "count(limit > bool on (job) group_right level)")) {
      assertThat(range(query, SMALL)).as(query).usingRecursiveComparison().isEqualTo(range(query, QueryLimits.DEFAULT));
    }
    assertThat(range("count(level + level offset 1m)", new QueryLimits(60_000, SERIES * STEPS + 1_000, STEP))).isNotEmpty();
  }

  @Test
  void namesThePartThatMustBeHeld() {
    assertThatThrownBy(() -> range("count(topk(150, level))", SMALL)).hasMessageContaining("while evaluating topk(150, level)");
    assertThatThrownBy(() -> range("limit + on (job) group_right () level", SMALL)).hasMessageContaining("while evaluating limit + on (job)");
  }

  @Test
  void joinsSeriesThatTakeTurns() {
    MemoryStore store = new MemoryStore();
    store.load(SeriesDescription.parse("a{i=\"1\",v=\"1\"} 1 2 _ _"), 0, STEP);
    store.load(SeriesDescription.parse("a{i=\"1\",v=\"2\"} _ _ 3 4"), 0, STEP);
    store.load(SeriesDescription.parse("b{i=\"1\",w=\"1\"} 10 stale 30 40"), 0, STEP);
    store.load(SeriesDescription.parse("b{i=\"1\",w=\"2\"} _ 20 stale _"), 0, STEP);
    QueryLimits limits = new QueryLimits(60_000, 1_000, STEP);
    assertThat(((Value.Matrix) engine.range(store, "a + on (i) b", 0, 3 * STEP, STEP, limits).value()).series())
        .singleElement().satisfies(series -> assertThat(series.floats()).containsExactly(11, 22, 33, 44));
    assertThat(((Value.Matrix) engine.range(store, "sum(a == bool on (i) group_left (w) b)", 0, 3 * STEP, STEP, limits).value()).series())
        .singleElement().satisfies(series -> assertThat(series.floats()).containsExactly(0, 0, 0, 0));
    assertThat(((Value.Matrix) engine.range(store, "a or a{v=\"1\"} or on (i) b", 0, 3 * STEP, STEP, limits).value()).series()).hasSize(2);
    assertThat(((Value.Matrix) engine.range(store, "(a > 1 or a < 4) or b", 0, 3 * STEP, STEP, limits).value()).series())
        .first().satisfies(series -> assertThat(series.floats()).containsExactly(1, 2));
    assertThat(((Value.Vector) engine.instant(store, "a > 5 or a", 0, limits).value()).samples()).singleElement()
        .satisfies(sample -> assertThat(sample.value()).isEqualTo(1));
  }
}
