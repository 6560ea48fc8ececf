package io.meshwatch.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SharedTextsTest {
  private final SharedTexts texts = new SharedTexts();

  private String read(String text) {
    byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
    return texts.of(bytes, 1, bytes.length - 2);
  }

  @Test
  void givesOneInstanceOfEachTextHoweverManyThereAre() {
    for (int i = 0; i < 20_000; i++) {
      assertThat(read("é" + i)).isEqualTo("é" + i);
    }
    assertThat(read("é19")).isSameAs(read("é19")).isEqualTo("é19");
    assertThat(read("")).isEmpty();
  }

  @Test
  void readsLongTextsAndTextsThatWereMadeToCollide() {
    assertThat(read("l".repeat(300))).isEqualTo("l".repeat(300));
    // "Aa" and "BB" have the same hash, and so has every sequence of them.
    for (int i = 0; i < 256; i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 8; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      assertThat(read(text.toString())).isEqualTo(text.toString());
    }
  }
}
