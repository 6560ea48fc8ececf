package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QueryEngineTest {
  private static final QueryOptions EVERYTHING = new QueryOptions(ParserOptions.ALL, false, 60_000);
  private final QueryEngine engine = new QueryEngine(EVERYTHING, Fakes.ONE, Fakes.CLOCK);

  private static MemoryStore store(String... series) {
    MemoryStore store = new MemoryStore();
    for (String one : series) {
      store.load(SeriesDescription.parse(one), 0, 60_000);
    }
    return store;
  }

  private static MemoryStore random(int seriesCount) {
    Random random = new Random(11);
    MemoryStore store = new MemoryStore();
    for (int i = 0; i < seriesCount; i++) {
      Labels labels = Labels.of("__name__", "load_total", "instance", "i" + i, "job", "j" + i % 7);
      double value = 0;
      for (long time = random.nextInt(15_000); time < 3_600_000; time += 15_000) {
        value = random.nextInt(100) == 0 ? 0 : value + random.nextDouble() * 1e6;
        store.add(labels, time, value);
      }
    }
    return store;
  }

  @Test
  void answersTheSameWithSeveralThreads() {
    MemoryStore store = random(500);
    QueryEngine parallel = new QueryEngine(EVERYTHING, Fakes.workers(2), Fakes.CLOCK);
    for (String query : List.of("sum by (job) (rate(load_total[5m]))", "avg(load_total)", "topk(3, load_total)", "quantile(0.5, load_total)")) {
      Value one = engine.range(store, query, 600_000, 3_600_000, 15_000, QueryLimits.DEFAULT).value();
      Value two = parallel.range(store, query, 600_000, 3_600_000, 15_000, QueryLimits.DEFAULT).value();
      assertThat(((Value.Matrix) two).series()).usingRecursiveComparison().isEqualTo(((Value.Matrix) one).series());
    }
  }

  @Test
  void readsWhatStandsInAQueryTwiceOnlyOnce() {
    MemoryStore store = random(50);
    long once = samplesRead(store, "sum(load_total)");
    assertThat(samplesRead(store, "sum(load_total) / (sum(load_total) + 1)")).isEqualTo(once);
    assertThat(samplesRead(store, "load_total / (load_total + load_total offset 1h)")).isEqualTo(samplesRead(store, "load_total"));
    assertThat(engine.range(store, "max(load_total / (load_total + load_total))", 600_000, 3_600_000, 15_000, QueryLimits.DEFAULT).value())
        .usingRecursiveComparison()
        .isEqualTo(engine.range(store, "max(load_total / (load_total + (load_total)))", 600_000, 3_600_000, 15_000, QueryLimits.DEFAULT).value());
  }

  private long samplesRead(MemoryStore store, String query) {
    return engine.range(store, query, 600_000, 3_600_000, 15_000, QueryLimits.DEFAULT).statistics().samplesRead();
  }

  @Test
  void tellsEachPlaceOfARepeatedPartThatHasSomethingToTell() {
    MemoryStore store = store("gauge 0+1x100");
    assertThat(engine.instant(store, "rate(gauge[10m]) + rate(gauge[10m])", 3_000_000, QueryLimits.DEFAULT).infos()).hasSize(2);
  }

  @Test
  void namesThePartThatBreaksTheBudget() {
    QueryLimits small = new QueryLimits(60_000, 1_000, 300_000);
    assertThatThrownBy(() -> engine.range(random(100), "sum(rate(load_total[5m])) + count(sort(quantile by (instance) (0.5, load_total)))", 0, 3_600_000, 15_000, small))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.reason()).isEqualTo(QueryException.Reason.LIMIT))
        .hasMessageContaining("while evaluating load_total");
  }

  @Test
  void streamsSumsOverMoreSeriesThanTheBudgetHolds() {
    QueryLimits small = new QueryLimits(60_000, 2_000, 300_000);
    QueryResult result = engine.range(random(100), "sum(rate(load_total[5m]))", 600_000, 3_600_000, 15_000, small);
    assertThat(((Value.Matrix) result.value()).series()).hasSize(1);
    assertThat(result.statistics().samplesRead()).isGreaterThan(20_000);
  }

  @Test
  void stopsWhenItsTimeIsUp() {
    QueryLimits none = new QueryLimits(-1, 1_000_000, 300_000);
    assertThatThrownBy(() -> engine.instant(random(10), "load_total", 600_000, none))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.reason()).isEqualTo(QueryException.Reason.TIMEOUT));
  }

  @Test
  void stopsWhenInterruptedAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> engine.instant(random(10), "load_total", 600_000, QueryLimits.DEFAULT))
          .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.reason()).isEqualTo(QueryException.Reason.CANCELED));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void refusesManyToManyMatching() {
    MemoryStore store = store("a{x=\"1\",y=\"1\"} 1", "a{x=\"1\",y=\"2\"} 2", "b{x=\"1\",y=\"1\"} 3", "b{x=\"1\",y=\"2\"} 4");
    assertThatThrownBy(() -> engine.instant(store, "a * on(x) b", 0, QueryLimits.DEFAULT))
        .hasMessage("found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation: "
            + "[{__name__=\"b\", x=\"1\", y=\"2\"}, {__name__=\"b\", x=\"1\", y=\"1\"}]"
            + ";many-to-many matching not allowed: matching labels must be unique on one side");
  }

  @Test
  void dropsNamesAtOnceUnlessToldToWait() {
    MemoryStore store = store("a{x=\"1\"} 1", "b{x=\"1\"} 2");
    assertThatThrownBy(() -> engine.instant(store, "-{x=\"1\"}", 0, QueryLimits.DEFAULT))
        .hasMessage("vector cannot contain metrics with the same labelset");
    QueryEngine delaying = new QueryEngine(new QueryOptions(ParserOptions.ALL, true, 60_000), Fakes.ONE, Fakes.CLOCK);
    Value value = delaying.instant(store, "label_replace(-{x=\"1\"}, \"n\", \"$1\", \"__name__\", \"(.*)\")", 0, QueryLimits.DEFAULT).value();
    assertThat(((Value.Vector) value).samples()).extracting(Value.Sample::labels)
        .containsExactly(Labels.of("n", "a", "x", "1"), Labels.of("n", "b", "x", "1"));
  }

  @Test
  void answersSubqueriesAsPrometheusDoes() {
    MemoryStore store = store("gauge 0+1x10");
    assertThat(((Value.Matrix) engine.instant(store, "(gauge == 100)[5m:1m]", 300_000, QueryLimits.DEFAULT).value()).series()).isEmpty();
    assertThat(((Value.Matrix) engine.instant(store, "gauge[31s:2m]", 300_000, QueryLimits.DEFAULT).value()).series()).isEmpty();
    assertThat(((Value.Matrix) engine.instant(store, "vector(2)[31s:2m]", 300_000, QueryLimits.DEFAULT).value()).series())
        .singleElement().satisfies(series -> assertThat(series.floatTimestamps()).containsExactly(360_000));
  }

  @Test
  void looksBackForTimestampsFromWhereAtStands() {
    MemoryStore store = store("gauge 0+1x30");
    for (String offset : List.of("", " offset 1m", " offset -1m")) {
      Value.Vector vector = (Value.Vector) engine.instant(store, "timestamp(gauge @ 600.5" + offset + ")", 900_000, QueryLimits.DEFAULT).value();
      assertThat(vector.samples()).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(offset.equals(" offset 1m") ? 540 : 600));
    }
    assertThat(((Value.Vector) engine.instant(store, "timestamp(gauge @ 600.5 offset 6m)", 900_000, QueryLimits.DEFAULT).value()).samples()).isEmpty();
    assertThat(((Value.Vector) engine.instant(store, "timestamp(gauge offset 6m)", 900_000, QueryLimits.DEFAULT).value()).samples()).hasSize(1);
  }

  @Test
  void refusesStringsAndRangesAsRangeQueries() {
    assertThatThrownBy(() -> engine.range(store(), "\"a\"", 0, 1, 1, QueryLimits.DEFAULT)).isInstanceOf(ParseException.class)
        .hasMessage("invalid expression type \"string\" for range query, must be Scalar or instant Vector");
  }

  @Test
  void evaluatesTreesAsHighAsTheLimit() {
    MemoryStore store = store("a 1x10");
    String chain = "a" + " + a".repeat(490);
    Value value = engine.instant(store, chain, 60_000, QueryLimits.DEFAULT).value();
    assertThat(((Value.Vector) value).samples().getFirst().value()).isEqualTo(491);
  }
}
