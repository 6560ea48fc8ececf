package io.meshwatch.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryIndexTest {
  @Test
  void listsSeriesByLabelsWhileTheyGrowInNumber() {
    MemoryIndex<Labels> index = new MemoryIndex<>();
    Random random = new Random(3);
    for (int size : new int[] {10, 900, 1_500, 1_501, 3_000, 3_300}) {
      while (index.size() < size) {
        Labels labels = Labels.of("job", "j" + random.nextInt(5), "i", "n" + random.nextInt(1_000_000), "n", "" + index.size());
        index.add(labels, shared -> shared);
      }
      check(index, index.all());
      check(index, index.postings("job", "j2"));
      check(index, new Postings(new int[] {3, 7, size - 1}, 3));
    }
  }

  private static void check(MemoryIndex<Labels> index, Postings found) {
    List<Labels> expected = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      expected.add(index.series(found.get(i)));
    }
    expected.sort(Comparator.naturalOrder());
    assertThat(Arrays.stream(index.inLabelOrder(found, labels -> labels)).mapToObj(index::series)).containsExactlyElementsOf(expected);
  }
}
