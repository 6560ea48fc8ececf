package io.meshwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class PromDurationTest {
  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/promql_parser/" + file))).get("cases");
  }

  @Test
  void readsAndPrintsAsPrometheusDoes() throws IOException {
    for (JsonNode c : cases("duration_baseCases.json")) {
      long millis = PromDuration.parseMillis(c.get("in").asString());
      assertThat(millis).as(c.toString()).isEqualTo(c.get("ns").asLong() / 1_000_000);
      assertThat(PromDuration.format(millis)).isEqualTo(c.get("canonical").asString());
    }
  }

  @Test
  void printsNegativeDurationsButReadsNone() throws IOException {
    for (JsonNode c : cases("duration_negativeCases.json")) {
      assertThat(PromDuration.format(c.get("ns").asLong() / 1_000_000)).isEqualTo(c.get("canonical").asString());
      assertThatThrownBy(() -> PromDuration.parseMillis(c.get("in").asString())).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesWhatIsNoDuration() throws IOException {
    for (JsonNode c : cases("duration_bad.json")) {
      assertThatThrownBy(() -> PromDuration.parseMillis(c.get("in").asString())).as(c.toString()).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
