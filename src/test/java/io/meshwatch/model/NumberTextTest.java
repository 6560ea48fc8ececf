package io.meshwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
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
