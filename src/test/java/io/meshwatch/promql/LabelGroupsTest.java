package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelGroupsTest {
  @Test
  void groupsAsMapsOfLabelsDo() {
    Random random = new Random(5);
    List<String> names = List.of("b", "d", "missing");
    for (boolean without : new boolean[] {false, true}) {
      LabelGroups<List<Labels>> groups = new LabelGroups<>(names, without, key -> new ArrayList<>(List.of(key)));
      Map<Labels, List<Labels>> twin = new LinkedHashMap<>();
      for (int i = 0; i < 2_000; i++) {
        Labels series = Labels.of("a", text(random), "b", text(random), "c", text(random), "d", text(random));
        Labels key = without ? series.without(names) : series.keep(names);
        groups.of(series).add(series);
        twin.computeIfAbsent(key, k -> new ArrayList<>(List.of(k))).add(series);
      }
      assertThat(groups.all()).containsExactlyElementsOf(twin.values());
    }
  }

  /** Sometimes empty, so that the label is missing. */
  private static String text(Random random) {
    int number = random.nextInt(7);
    return number == 0 ? "" : "v" + number;
  }

  @Test
  void putsAllIntoOneGroupWithoutNames() {
    LabelGroups<Labels> groups = new LabelGroups<>(List.of(), false, key -> key);
    assertThat(groups.of(Labels.of("a", "1"))).isSameAs(groups.of(Labels.of("a", "2"))).isEqualTo(Labels.EMPTY);
  }
}
