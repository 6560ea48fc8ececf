package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.gotemplate.Corpus;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.gotemplate.TemplateOptions;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class RuleTemplatesTest {
  private static final String ERROR_PREFIX = "error (parsing|executing) template test: ";

  @TestFactory
  Stream<DynamicTest> expandsAsPrometheusDoes() {
    return Corpus.cases("template/rule_templates.json").stream()
        // HTML mode escapes by context; rules never use it.
        .filter(c -> !c.has("html") || c.get("template").stringValue().contains("safeHtml"))
        .map(c -> DynamicTest.dynamicTest(c.get("template").stringValue() + " " + c.get("input"), () -> expands(c)));
  }

  private static void expands(JsonNode c) {
    RuleTemplates templates = new RuleTemplates(
        q -> vector(c.get("queryResult")), Labels.EMPTY, "http://testhost:9090/path/prefix", 1_353_755_652_000L);
    String template = c.get("template").stringValue();
    TemplateOptions options =
        c.has("options") ? TemplateOptions.DEFAULT.withMissingKey(TemplateOptions.MissingKey.ERROR) : TemplateOptions.ZERO;
    if (c.has("output")) {
      assertThat(templates.expand("test", template, Corpus.value(c.get("input")), options)).isEqualTo(c.get("output").stringValue());
    } else {
      assertThatThrownBy(() -> templates.expand("test", template, Corpus.value(c.get("input")), options))
          .isInstanceOf(TemplateException.class)
          .hasMessage(c.get("error").stringValue().replaceFirst(ERROR_PREFIX, ""));
    }
  }

  private static List<Value.Sample> vector(@Nullable JsonNode samples) {
    List<Value.Sample> vector = new ArrayList<>();
    if (samples != null) {
      samples.forEach(sample -> {
        Map<String, String> labels = new LinkedHashMap<>();
        sample.get("labels").properties().forEach(e -> labels.put(e.getKey(), e.getValue().stringValue()));
        vector.add(new Value.Sample(Labels.of(labels), 0, sample.get("value").doubleValue(), null));
      });
    }
    return vector;
  }

  @Test
  void givesAlertsTheirVariables() {
    RuleTemplates templates = new RuleTemplates(q -> List.of(), Labels.of("env", "prod"), "http://mw", 0);
    Value.Sample sample = new Value.Sample(Labels.of("instance", "db-1"), 0, 0.25, null);

    assertThat(templates.expandForAlert("a",
            "{{ $labels.instance }}{{ $labels.missing }} {{ $value | humanizePercentage }} {{ $externalLabels.env }} {{ externalURL }}",
            sample))
        .isEqualTo("db-1 25% prod http://mw");
  }

  @Test
  void turnsAFailingTemplateIntoATextThatSaysSo() {
    RuleTemplates templates = new RuleTemplates(q -> List.of(), Labels.EMPTY, "http://mw", 0);

    assertThat(templates.expandForAlert("a", "{{ query \"x\" | first }}", new Value.Sample(Labels.EMPTY, 0, 1, null)))
        .startsWith("<error expanding template: template: a:1:")
        .contains("first() called on vector with no elements");
  }

  @Test
  void stopsATemplateThatCallsItself() {
    RuleTemplates templates = new RuleTemplates(q -> List.of(), Labels.EMPTY, "http://mw", 0);

    assertThat(templates.expandForAlert("a", "{{define \"x\"}}{{tmpl \"x\" .}}{{end}}{{tmpl \"x\" 1}}", new Value.Sample(Labels.EMPTY, 0, 1, null)))
        .contains("more than 50 deep");
  }
}
