package io.meshwatch.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ReplaceAllTest {
  @Test
  void replacesAsGoDoes() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/regex/replace_all.json"))).get("cases");
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases) {
      if (c.get("input").isString() && c.get("output").isString()) {
        String got = TextFunctions.replaceAll(c.get("pattern").asString(), c.get("replacement").asString(), c.get("input").asString());
        if (!got.equals(c.get("output").asString())) {
          wrong.add(c + " got " + got);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}
