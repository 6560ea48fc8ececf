package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class SeriesDescriptionTest {
  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/promql_parser/" + file))).get("cases");
  }

  @Test
  void readsFloats() throws IOException {
    for (JsonNode c : cases("series_desc.json")) {
      String input = c.get("input").asString();
      if (c.get("fail").asBoolean()) {
        assertThatThrownBy(() -> SeriesDescription.parse(input)).as(input).isInstanceOf(ParseException.class);
        continue;
      }
      SeriesDescription series = SeriesDescription.parse(input);
      Map<String, String> labels = new HashMap<>();
      c.get("metric").properties().forEach(e -> labels.put(e.getKey(), e.getValue().asString()));
      assertThat(series.labels()).as(input).isEqualTo(Labels.of(labels));
      List<Double> expected = new ArrayList<>();
      c.get("values").forEach(v -> expected.add(v.isNumber() ? v.asDouble() : null));
      List<Double> got = new ArrayList<>();
      series.items().forEach(item -> got.add(item == null ? null : item.value()));
      assertThat(got).as(input).isEqualTo(expected);
    }
  }

  @Test
  void readsHistograms() throws IOException {
    for (JsonNode c : cases("histogram_series.json")) {
      String input = c.get("input").asString();
      if (c.has("error")) {
        assertThatThrownBy(() -> SeriesDescription.parse(input)).as(input).isInstanceOf(ParseException.class);
        continue;
      }
      List<SeriesDescription.@Nullable Item> items = SeriesDescription.parse(input).items();
      assertThat(items).as(input).hasSize(c.get("expected").size());
      for (int i = 0; i < items.size(); i++) {
        Histogram histogram = Objects.requireNonNull(Objects.requireNonNull(items.get(i)).histogram());
        JsonNode expected = c.get("expected").get(i);
        assertThat(histogram.count()).as(input).isEqualTo(number(expected, "Count"));
        assertThat(histogram.sum()).as(input).isEqualTo(number(expected, "Sum"));
        assertThat(histogram.schema()).as(input).isEqualTo((int) number(expected, "Schema"));
        assertThat(histogram.positiveBuckets()).as(input).containsExactly(numbers(expected.get("PositiveBuckets")));
        assertThat(histogram.negativeBuckets()).as(input).containsExactly(numbers(expected.get("NegativeBuckets")));
      }
    }
  }

  private static double number(JsonNode node, String name) {
    return node.has(name) ? node.get(name).asDouble() : 0;
  }

  private static double[] numbers(JsonNode node) {
    double[] numbers = new double[node == null ? 0 : node.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = node.get(i).asDouble();
    }
    return numbers;
  }
}
