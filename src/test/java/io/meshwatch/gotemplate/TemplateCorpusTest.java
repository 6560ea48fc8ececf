package io.meshwatch.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Every case of the outside tables on Go's template language, printing, comparing and human numbers. */
class TemplateCorpusTest {
  private static String execute(String template, @Nullable Object data) {
    return TemplateSet.withFunctions(Set.of()).parse("test", template).execute("test", data, Map.of(), TemplateOptions.DEFAULT);
  }

  @TestFactory
  Stream<DynamicTest> executesAsGoDoes() {
    return Corpus.cases("template/go_text_template.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("name").stringValue(), () -> {
          String template = c.get("template").stringValue();
          Object data = Corpus.value(c.get("data"));
          if (c.get("ok").booleanValue()) {
            assertThat(execute(template, data)).isEqualTo(c.get("output").stringValue());
          } else {
            assertThatThrownBy(() -> execute(template, data)).isInstanceOf(TemplateException.class);
          }
        }));
  }

  @TestFactory
  Stream<DynamicTest> parsesWhatGoParses() {
    return Corpus.cases("template/go_parse.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("name").stringValue(), () -> parses(c)));
  }

  private static void parses(JsonNode c) {
    TemplateSet set = TemplateSet.withFunctions(Set.of("contains"));
    String name = c.get("name").stringValue();
    String template = c.get("template").stringValue();
    if (c.get("ok").booleanValue()) {
      assertThat(set.parse(name, template).has(name)).isTrue();
    } else {
      String expected = c.has("errorContains") ? c.get("errorContains").stringValue() : "template: " + name;
      assertThatThrownBy(() -> set.parse(name, template)).isInstanceOf(TemplateException.class).hasMessageContaining(expected);
    }
  }

  @TestFactory
  Stream<DynamicTest> comparesAsGoDoes() {
    return Corpus.cases("template/go_comparison.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("expr").stringValue(), () -> {
          String template = "{{if " + c.get("expr").stringValue() + "}}true{{else}}false{{end}}";
          if (c.get("ok").booleanValue()) {
            assertThat(execute(template, 0L)).isEqualTo(c.get("truth").stringValue());
          } else {
            assertThatThrownBy(() -> execute(template, 0L)).isInstanceOf(TemplateException.class);
          }
        }));
  }

  @TestFactory
  Stream<DynamicTest> printsAsGoDoes() {
    return Corpus.cases("template/go_printf.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("fmt").stringValue() + " " + c.get("arg"), () -> {
          List<@Nullable Object> argument = Arrays.asList(Corpus.value(c.get("arg")));
          assertThat(GoFormat.printf(c.get("fmt").stringValue(), argument, 1 << 20)).isEqualTo(c.get("out").stringValue());
        }));
  }

  @TestFactory
  Stream<DynamicTest> formatsFloatsAsGoDoes() {
    return Corpus.cases("numbers/format_float.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("out").stringValue(), () ->
            assertThat(GoFloat.format(c.get("value").doubleValue(), c.get("fmt").stringValue().charAt(0), GoFloat.SHORTEST))
                .isEqualTo(c.get("out").stringValue())));
  }

  @TestFactory
  Stream<DynamicTest> humanizesDurations() {
    return Corpus.cases("template/humanize_duration.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("name").stringValue(), () ->
            assertThat(Humanize.duration(Values.toNumber(Corpus.value(c.get("input"))))).isEqualTo(c.get("expected").stringValue())));
  }

  @TestFactory
  Stream<DynamicTest> humanizesTimestamps() {
    return Corpus.cases("template/humanize_timestamp.json").stream()
        .map(c -> DynamicTest.dynamicTest(c.get("name").stringValue(), () ->
            assertThat(Humanize.timestamp(Values.toNumber(Corpus.value(c.get("input"))))).isEqualTo(c.get("expected").stringValue())));
  }
}
