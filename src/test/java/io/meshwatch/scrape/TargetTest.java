package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When in its interval a target is scraped. */
class TargetTest {
  private static Target target(int number, long intervalMillis) {
    Labels labels = Labels.builder().set("instance", "node-" + number + ":9100").set("job", "nodes").build();
    return new Target(labels, labels, URI.create("https://node-" + number + ":9100/metrics"), Optional.empty(), FormatSettings.defaults(), intervalMillis, 1_000);
  }

  private static Map<Long, Long> targetsByPhase(int targets, long intervalMillis) {
    return LongStream.range(0, targets).map(n -> target((int) n, intervalMillis).phaseMillis()).boxed()
        .collect(Collectors.groupingBy(phase -> phase, Collectors.counting()));
  }

  @Test
  void targetsAreSpreadOverTheStepsOfTheInterval() {
    Map<Long, Long> phases = targetsByPhase(6_000, 15_000);
    assertThat(phases).hasSize(60).allSatisfy((phase, targets) -> {
      assertThat(phase % 250).isZero();
      assertThat(targets).isBetween(50L, 160L);
    });
  }

  @Test
  void shortIntervalsHaveShorterSteps() {
    assertThat(targetsByPhase(1_000, 1_000)).hasSize(10).allSatisfy((phase, targets) -> assertThat(phase % 100).isZero());
    assertThat(targetsByPhase(1_000, 5)).hasSize(5);
  }

  @Test
  void theSameTargetHasTheSamePhaseInEveryRun() {
    assertThat(target(7, 15_000).phaseMillis()).isEqualTo(target(7, 15_000).phaseMillis());
  }
}
