package io.meshwatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.tsdb.StoreSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What queries that ask for too much do to themselves and to others. */
class HeavyQueryTest {
  private static final int SERIES = 200;
  private static final int SAMPLES = 600;
  private static final long STEP = 15_000;
  private static final long TIMEOUT_MILLIS = 1_500;
  /** A quantile over long windows at every step: minutes of computing for a few hundred series. */
  private static final String HEAVY = "sum(quantile_over_time(0.5, load_total[2h:1s]))";

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private EmbeddedEngine engine;
  private long end;

  @BeforeEach
  void fill() throws Exception {
    engine = EmbeddedEngine.open(environment, folder, StoreSettings.defaults(), QueryOptions.DEFAULT);
    end = environment.clock().wallMillis() / STEP * STEP;
    Appender first = engine.appender();
    List<SeriesHandle> series = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      series.add(first.series(Labels.of("__name__", "load_total", "instance", "i" + i)));
    }
    first.commit();
    for (int sample = 1; sample <= SAMPLES; sample++) {
      Appender appender = engine.appender();
      for (SeriesHandle one : series) {
        appender.append(one, end - (SAMPLES - sample) * STEP, sample * 7.0 % 1000);
      }
      appender.commit();
    }
  }

  @AfterEach
  void close() {
    engine.close();
    system.close();
  }

  @Test
  void isRefusedWithThePartThatNeedsTooMuch() {
    QueryLimits small = new QueryLimits(60_000, 50_000, 300_000);
    assertThatThrownBy(() -> engine.queryRange("sum(rate(load_total[5m])) + quantile(0.9, load_total)", end - SAMPLES * STEP, end, STEP, small))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.reason()).isEqualTo(QueryException.Reason.LIMIT))
        .hasMessageContaining("more than 50000 while evaluating load_total");
  }

  @Test
  void endsInTimeAndHoldsNobodyUp() throws Exception {
    AtomicLong latestMillis = new AtomicLong();
    AtomicLong beats = new AtomicLong();
    Timers.Timer beat = environment.timers().every("beat", 50, 0, due -> {
      latestMillis.accumulateAndGet(environment.clock().wallMillis() - due, Math::max);
      beats.incrementAndGet();
    });
    QueryLimits limits = new QueryLimits(TIMEOUT_MILLIS, 50_000_000, 300_000);
    int queries = 3 * environment.workers().parallelism();
    CountDownLatch ended = new CountDownLatch(queries);
    List<Object> outcomes = Collections.synchronizedList(new ArrayList<>());
    long begunNanos = environment.clock().monotonicNanos();
    for (int i = 0; i < queries; i++) {
      // As the web listener does: each request on a virtual thread, more of them than there are cores.
      Thread.ofVirtual().start(() -> {
        try {
          outcomes.add(engine.queryRange(HEAVY, end - SAMPLES * STEP, end, STEP, limits));
        } catch (QueryException e) {
          outcomes.add(e.reason());
        } catch (InterruptedException e) {
          outcomes.add(e);
        } finally {
          ended.countDown();
        }
      });
    }
    ended.await();
    long tookMillis = (environment.clock().monotonicNanos() - begunNanos) / 1_000_000;
    beat.cancel(true);
    assertThat(outcomes).hasSize(queries).containsOnly(QueryException.Reason.TIMEOUT);
    assertThat(tookMillis).as("all end soon after their time is up").isLessThan(3 * TIMEOUT_MILLIS);
    assertThat(beats.get()).as("ticks while the cores were busy").isGreaterThan(10);
    assertThat(latestMillis.get()).as("the latest tick").isLessThan(TIMEOUT_MILLIS / 2);
  }
}
