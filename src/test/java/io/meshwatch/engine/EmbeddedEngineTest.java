package io.meshwatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.Value;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedEngineTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long STEP = 15_000;

  private final Environment environment = new SimulatedEnvironment(NOW).environment();

  private EmbeddedEngine engine() throws IOException {
    return EmbeddedEngine.open(environment, Path.of("/data"), StoreSettings.defaults(), QueryOptions.DEFAULT);
  }

  /** Ten samples of a counter that grows by 30 every 15 seconds, the last one now. */
  private static void fill(Engine engine) {
    for (int i = 0; i < 10; i++) {
      Appender appender = engine.appender();
      appender.append(appender.series(Labels.of("__name__", "requests_total", "job", "api")), NOW - (9 - i) * STEP, 30.0 * i);
      appender.commit();
    }
  }

  @Test
  void answersWhatWasPutIn() throws Exception {
    try (EmbeddedEngine engine = engine()) {
      fill(engine);
      Value value = engine.query("rate(requests_total[1m])", NOW, QueryLimits.DEFAULT).value();
      assertThat(((Value.Vector) value).samples()).singleElement().satisfies(sample -> {
        assertThat(sample.labels()).isEqualTo(Labels.of("job", "api"));
        assertThat(sample.value()).isCloseTo(2.0, within(1e-12));
      });
      assertThat(engine.seriesCount()).isEqualTo(1);
    }
  }

  @Test
  void answersRangesWithOnePointForEachStep() throws Exception {
    try (EmbeddedEngine engine = engine()) {
      fill(engine);
      Value value = engine.queryRange("requests_total / 30", NOW - 2 * STEP, NOW, STEP, QueryLimits.DEFAULT).value();
      List<Value.Points> series = ((Value.Matrix) value).series();
      assertThat(series).singleElement().satisfies(points -> assertThat(points.floats()).containsExactly(7, 8, 9));
    }
  }

  @Test
  void keepsSamplesWhenItIsOpenedAgain() throws Exception {
    try (EmbeddedEngine engine = engine()) {
      fill(engine);
    }
    try (EmbeddedEngine again = engine()) {
      Value value = again.query("count_over_time(requests_total[10m])", NOW, QueryLimits.DEFAULT).value();
      assertThat(((Value.Vector) value).samples().getFirst().value()).isEqualTo(10);
    }
  }

  @Test
  void refusesWhatIsNoPromql() throws Exception {
    try (EmbeddedEngine engine = engine()) {
      assertThatThrownBy(() -> engine.query("rate(requests_total", NOW, QueryLimits.DEFAULT)).isInstanceOf(ParseException.class);
    }
  }
}
