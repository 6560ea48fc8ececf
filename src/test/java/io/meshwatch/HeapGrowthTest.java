package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When marking pays. */
class HeapGrowthTest {
  private static final long MB = 1 << 20;

  private final HeapGrowth growth = new HeapGrowth();

  @Test
  void markingIsDueAtFirstAndThenWhenATenthHasCome() {
    assertThat(growth.isMarkingDue(100 * MB)).isTrue();
    assertThat(growth.isMarkingDue(100 * MB)).isFalse();
    assertThat(growth.isMarkingDue(110 * MB)).isFalse();
    assertThat(growth.isMarkingDue(111 * MB)).isTrue();
    assertThat(growth.isMarkingDue(112 * MB)).isFalse();
  }

  @Test
  void whatIsLeftAfterAMarkingIsWhatCounts() {
    assertThat(growth.isMarkingDue(300 * MB)).isTrue();
    growth.saw(120 * MB);
    growth.saw(130 * MB);
    assertThat(growth.isMarkingDue(131 * MB)).isFalse();
    assertThat(growth.isMarkingDue(133 * MB)).isTrue();
  }

  @Test
  void itIsNotLeftOutForLong() {
    assertThat(growth.isMarkingDue(100 * MB)).isTrue();
    assertThat(IntStream.range(0, 6).mapToObj(i -> growth.isMarkingDue(100 * MB)).toList()).containsExactly(false, false, true, false, false, true);
  }
}
