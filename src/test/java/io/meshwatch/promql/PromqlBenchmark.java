package io.meshwatch.promql;

import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SampleIterator;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The inner loops of queries: 1000 series, one hour at 15 s, the samples already in memory as columns. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PromqlBenchmark {
  private static final int SERIES = 1000;
  private static final int SAMPLES = 240;
  private static final long STEP = 15_000;

  @Param({"load_total", "rate(load_total[5m])", "sum by (job) (rate(load_total[5m]))", "max_over_time(load_total[5m])",
      "sum_over_time(load_total[5m])", "load_total * 2 > 5", "load_total / on (instance) load_total"})
  public String query = "";

  private final QueryEngine engine = new QueryEngine(QueryOptions.DEFAULT, Fakes.ONE, Fakes.CLOCK);
  private final Queryable store = new ColumnStore();
  private final AnchoredPattern alternation = AnchoredPattern.compile("(api|web|db)-(eu|us).*");

  @Benchmark
  public QueryResult range() {
    return engine.range(store, query, 600_000, SAMPLES * STEP, STEP, QueryLimits.DEFAULT);
  }

  @Benchmark
  public boolean simplePattern() {
    return alternation.matches("web-us-17.example.com");
  }

  /** Series that are copied into the buffer and cost nothing else. */
  private static final class ColumnStore implements Queryable {
    private final List<Series> series = new ArrayList<>();

    ColumnStore() {
      for (int i = 0; i < SERIES; i++) {
        series.add(new Column(Labels.of("__name__", "load_total", "instance", "i" + i, "job", "j" + i % 10), i));
      }
    }

    @Override
    public Querier querier(long fromMillis, long toMillis) {
      return new Querier() {
        @Override
        public SeriesSet select(List<Matcher> matchers) {
          return SeriesSet.of(series);
        }

        @Override
        public List<String> labelValues(String name, List<Matcher> matchers, int limit) {
          return List.of();
        }

        @Override
        public List<String> labelNames(List<Matcher> matchers, int limit) {
          return List.of();
        }

        @Override
        public void close() {}
      };
    }
  }

  private record Column(Labels labels, int seed) implements Series {
    @Override
    public SampleIterator iterator() {
      throw new UnsupportedOperationException("read as columns");
    }

    @Override
    public void read(long fromMillis, long toMillis, SampleBuffer into) {
      for (int i = 0; i <= SAMPLES; i++) {
        long time = i * STEP + seed % 1000;
        if (time >= fromMillis && time <= toMillis) {
          into.add(time, i * (seed % 17));
        }
      }
    }
  }
}
