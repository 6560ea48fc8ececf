package io.meshwatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextSetTest {
  @Test
  void tellsEachTextOnceInTheOrderOfCodePoints() {
    TextSet texts = new TextSet();
    texts.addAll(List.of("b", "a", "😀"));
    texts.addAll(List.of("a", "c", "\uFFFD"));
    texts.add("b");

    assertThat(texts.sorted(0)).containsExactly("a", "b", "c", "\uFFFD", "😀");
  }

  @Test
  void tellsNoMoreThanTheLimit() {
    TextSet texts = new TextSet();
    texts.addAll(List.of("b", "a", "c"));

    assertThat(texts.sorted(2)).containsExactly("a", "b");
    assertThat(texts.sorted(7)).containsExactly("a", "b", "c");
  }
}
