package io.meshwatch.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Chunks of head chunk files, found again by series. */
class FoundChunksTest {
  @Test
  void givesTheChunksOfEachSeriesInTheirOrderWhateverIsAskedFirst() {
    Random random = new Random(3);
    FoundChunks found = new FoundChunks();
    Map<Long, List<Long>> expected = new TreeMap<>();
    for (long chunk = 0; chunk < 20_000; chunk++) {
      long series = random.nextInt(6_000) * 3L;
      found.add(series, chunk, chunk * 10, chunk * 10 + 9, chunk % 7 == 0);
      expected.computeIfAbsent(series, s -> new ArrayList<>()).add(chunk);
    }
    List<Long> asked = new ArrayList<>(expected.keySet());
    asked.add(1L);
    for (int round = 0; round < 2; round++) {
      for (long series : asked) {
        assertThat(chunksOf(found, series)).as("series %d", series).isEqualTo(expected.getOrDefault(series, List.of()));
      }
      Collections.shuffle(asked, random);
    }
  }

  private static List<Long> chunksOf(FoundChunks found, long series) {
    List<Long> chunks = new ArrayList<>();
    for (int at = found.first(series); at != FoundChunks.NONE; at = found.next(at)) {
      long chunk = found.chunk(at);
      assertThat(found.minTime(at)).isEqualTo(chunk * 10);
      assertThat(found.maxTime(at)).isEqualTo(chunk * 10 + 9);
      assertThat(found.isOutOfOrder(at)).isEqualTo(chunk % 7 == 0);
      chunks.add(chunk);
    }
    return chunks;
  }
}
