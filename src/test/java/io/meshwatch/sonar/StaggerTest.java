package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StaggerTest {
  @Test
  void spreadsAThousandTargetsEvenly() {
    long[] starts = IntStream.range(0, 1000).mapToLong(number -> Stagger.phaseMillis(number, 60_000)).sorted().toArray();

    long[] gaps = IntStream.range(1, starts.length).mapToLong(i -> starts[i] - starts[i - 1]).toArray();
    assertThat(Arrays.stream(gaps).min().orElseThrow()).isGreaterThanOrEqualTo(58);
    assertThat(Arrays.stream(gaps).max().orElseThrow()).isLessThanOrEqualTo(118);
    assertThat(starts[999]).isLessThan(60_000);
  }

  @Test
  void aFurtherTargetMovesNoOther() {
    assertThat(IntStream.range(0, 5).mapToLong(number -> Stagger.phaseMillis(number, 86_400_000)))
        .containsExactly(0L, 43_200_000L, 21_600_000L, 64_800_000L, 10_800_000L);
  }
}
