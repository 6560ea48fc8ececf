package io.meshwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class NumberTextTest {
  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/numbers/" + file))).get("cases");
  }

  @Test
  void readsNumbersAsGoDoes() throws IOException {
    for (JsonNode c : cases("parse_float.json")) {
      String in = c.get("in").asString();
      if (c.get("error").isNull()) {
        assertThat(NumberText.general(NumberText.parse(in))).as(in).isEqualTo(c.get("out").asString());
      } else {
        assertThatThrownBy(() -> NumberText.parse(in)).as(in).isInstanceOf(NumberFormatException.class);
      }
    }
  }

  @Test
  void writesSamplesIntoArraysAsItWritesTexts() {
    Random random = new Random(7);
    double[] special = {0, -0.0, 1e15, 1e15 - 0.001, -0.5, 0.001, 0.0005, 1e-7, 1e21, 123456.789, Double.NaN, Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE, Double.MAX_VALUE, 999999999999.999, 9999999.5, 10000000.25};
    for (int i = 0; i < 200_000; i++) {
      double value = i < special.length ? special[i] : switch (i % 4) {
        case 0 -> random.nextInt() / 1000.0;
        case 1 -> random.nextLong() / 100.0;
        case 2 -> Double.longBitsToDouble(random.nextLong());
        default -> random.nextGaussian() * 1000;
      };
      char[] text = new char[NumberText.SAMPLE_CHARACTERS_MAX + 1];
      int end = NumberText.sample(value, text, 1);
      assertThat(new String(text, 1, end - 1)).isEqualTo(slowSample(value));
    }
  }

  /** By way of exact decimals, as the API documents it. */
  private static String slowSample(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value) || size == 0 || size < 1e-6 || size >= 1e21) {
      return NumberText.sample(value);
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }

  @Test
  void writesTheShortestDigits() throws IOException {
    for (JsonNode c : cases("format_float.json")) {
      assertThat(NumberText.general(c.get("value").asDouble())).isEqualTo(c.get("out").asString());
    }
  }

  @Test
  void writesSampleValuesAsTheHttpApiDoes() {
    assertThat(NumberText.sample(1.5)).isEqualTo("1.5");
    assertThat(NumberText.sample(123456789012345680.0)).isEqualTo("123456789012345680");
    assertThat(NumberText.sample(1e21)).isEqualTo("1e+21");
    assertThat(NumberText.sample(1e-7)).isEqualTo("1e-07");
    assertThat(NumberText.sample(0.000001)).isEqualTo("0.000001");
    assertThat(NumberText.sample(-0.0)).isEqualTo("-0");
    assertThat(NumberText.sample(Double.NaN)).isEqualTo("NaN");
    assertThat(NumberText.sample(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
    assertThat(NumberText.sample(Double.MIN_VALUE)).isEqualTo("5e-324");
  }

  @Test
  void writesBucketBoundsAsTheyAreNormalised() {
    assertThat(NumberText.openMetrics(1)).isEqualTo("1.0");
    assertThat(NumberText.openMetrics(0.25)).isEqualTo("0.25");
    assertThat(NumberText.openMetrics(1e6)).isEqualTo("1e+06");
    assertThat(NumberText.openMetrics(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
  }
}
