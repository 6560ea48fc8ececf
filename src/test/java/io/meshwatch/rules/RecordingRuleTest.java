package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.promql.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordingRuleTest {
  private static final Value.Sample A = FakeEngine.sample(1, "__name__", "x", "instance", "a");
  private static final Value.Sample B = FakeEngine.sample(2, "__name__", "x", "instance", "b");

  private static RecordingRule rule(Map<String, String> labels) {
    return new RecordingRule("y", "x", labels, 0);
  }

  @Test
  void storesAsManySeriesAsItsGroupAllows() {
    assertThat(rule(Map.of()).samples(List.of(A, B), 2)).extracting(sample -> sample.labels().metricName()).containsExactly("y", "y");
    assertThatThrownBy(() -> rule(Map.of()).samples(List.of(A, B), 1)).hasMessage("exceeded limit of 1 with 2 series");
  }

  @Test
  void refusesSeriesThatItsLabelsMakeTheSame() {
    assertThatThrownBy(() -> rule(Map.of("instance", "all")).samples(List.of(A, B), 0))
        .hasMessage("vector contains metrics with the same labelset after applying rule labels");
  }
}
