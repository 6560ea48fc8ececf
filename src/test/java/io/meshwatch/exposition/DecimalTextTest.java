package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The byte parser against its obvious twin, the JDK's. */
class DecimalTextTest {
  private static double parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return DecimalText.parse(bytes, 0, bytes.length);
  }

  @Test
  void readsWhatTheJdkReads() {
    long seed = Long.getLong("seed", 20251122L);
    Random random = new Random(seed);
    for (int i = 0; i < 300_000; i++) {
      String text = anyNumber(random);
      double expected = Double.parseDouble(text);
      if (!Double.isInfinite(expected)) {
        assertThat(Double.doubleToRawLongBits(parse(text))).as("%s, seed %d", text, seed).isEqualTo(Double.doubleToRawLongBits(expected));
      }
    }
  }

  private static String anyNumber(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        double value = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(value) ? Double.toString(value) : "0";
      }
      case 1 -> random.nextInt(100_000) / 100.0 + "";
      case 2 -> digits(random, 1 + random.nextInt(30)) + "." + digits(random, random.nextInt(30)) + "e" + (random.nextInt(700) - 350);
      default -> Math.nextUp((double) random.nextInt(1000)) + "" + digits(random, random.nextInt(6));
    };
  }

  private static String digits(Random random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append((char) ('0' + random.nextInt(10)));
    }
    return text.toString().isEmpty() ? "0" : text.toString();
  }

  @Test
  void decidesTheMiddleOfTwoDoublesExactly() {
    assertThat(parse("9007199254740993")).isEqualTo(9007199254740992.0);
    assertThat(parse("9007199254740993.00000000000000000000000000000000000000001")).isEqualTo(9007199254740994.0);
    assertThat(parse("2.47032822920623272e-324")).isZero();
    assertThat(parse("2.4703282292062327209e-324")).isEqualTo(Double.MIN_VALUE);
  }
}
