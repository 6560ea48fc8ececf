package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NegotiationTest {
  private static final EnumSet<Negotiation.Format> ALL = EnumSet.allOf(Negotiation.Format.class);

  @Test
  void answersAcceptHeadersAsPrometheusDoes() throws IOException {
    JsonNode cases = JsonMapper.shared().readTree(Shared.folder("corpora/exposition_cases").resolve("negotiation.json").toFile()).path("cases");
    for (JsonNode each : cases) {
      // The cases were recorded with another usual escaping where OpenMetrics was offered.
      NameEscaping usual = each.path("accept").asString().contains("openmetrics") ? NameEscaping.VALUES : NameEscaping.UNDERSCORES;
      assertThat(Negotiation.of(each.path("accept").asString(), ALL, usual).contentType())
          .as(each.path("name").asString())
          .isEqualTo(each.path("contentType").asString());
    }
    assertThat(cases).isNotEmpty();
  }

  @Test
  void followsTheClientsOrderOfPreference() {
    assertThat(Negotiation.of("text/plain;q=0.3, application/openmetrics-text;version=1.0.0;q=0.8", ALL, NameEscaping.UNDERSCORES).format())
        .isEqualTo(Negotiation.Format.OPENMETRICS_1_0_0);
    assertThat(Negotiation.of("image/png", ALL, NameEscaping.UNDERSCORES).format()).isEqualTo(Negotiation.Format.TEXT);
    assertThat(Negotiation.of("", ALL, NameEscaping.UNDERSCORES).format()).isEqualTo(Negotiation.Format.TEXT);
  }
}
