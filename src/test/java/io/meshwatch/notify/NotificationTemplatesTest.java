package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.gotemplate.Corpus;
import io.meshwatch.gotemplate.GoTime;
import io.meshwatch.gotemplate.TemplateException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class NotificationTemplatesTest {
  private static final NotificationTemplates TEMPLATES = NotificationTemplates.base();

  @TestFactory
  Stream<DynamicTest> expandsAsAlertmanagerDoes() {
    return Stream.of("am_template/TemplateExpansion.json", "am_template/TemplateFuncs.json").flatMap(file -> Corpus.cases(file).stream())
        .map(c -> DynamicTest.dynamicTest(c.get("title").stringValue(), () -> check(c)));
  }

  private static void check(JsonNode c) {
    String template = c.get("template").stringValue();
    boolean html = c.path("html").asBoolean(false);
    Object data = data(c.get("data"));
    if (c.has("output")) {
      assertThat(html ? TEMPLATES.html(template, data, 0) : TEMPLATES.text(template, data, 0)).isEqualTo(c.get("output").stringValue());
    } else {
      assertThatThrownBy(() -> TEMPLATES.text(template, data, 0)).isInstanceOf(TemplateException.class)
          .hasMessageContaining(c.path("error").asString(""));
    }
  }

  /** Go's tests hand structs to the template where the table has objects. */
  private static @Nullable Object data(@Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.has("time")) {
      return new GoTime(OffsetDateTime.parse(node.get("time").stringValue()).toZonedDateTime());
    }
    if (!node.has("Alerts")) {
      return Corpus.value(node);
    }
    List<TemplateData.AlertObject> alerts = new ArrayList<>();
    node.get("Alerts").forEach(each -> alerts.add(new TemplateData.AlertObject(each.get("Status").stringValue(),
        new TemplateData.KeyValues(texts(each.get("Labels"))), null, GoTime.ZERO, GoTime.ZERO, "", "")));
    return Map.of("Alerts", new TemplateData.AlertList(alerts));
  }

  private static Map<String, String> texts(JsonNode node) {
    Map<String, String> texts = new HashMap<>();
    node.properties().forEach(each -> texts.put(each.getKey(), each.getValue().stringValue()));
    return texts;
  }

  @ParameterizedTest
  @CsvSource(delimiter = '~', value = {
    "<b>{{ . }}</b> ~ <b>&lt;i a=&#34;&#39;&amp;&#43;&gt;</b>",
    "<p title=\"{{ . }}\"></p> ~ <p title=\"&lt;i a=&#34;&#39;&amp;&#43;&gt;\"></p>",
    "<p title={{ . }}></p> ~ <p title=&lt;i&#32;a&#61;&#34;&#39;&amp;&#43;&gt;></p>",
    "<a href=\"/x?q={{ . }}\"></a> ~ <a href=\"/x?q=%3ci%20a%3d%22%27%26%2b%3e\"></a>",
    "<script>x = {{ . }}</script> ~ <script>x = \"\\u003ci a=\\\"'\\u0026+\\u003e\"</script>",
    "<p style=\"width: {{ . }}\"></p> ~ <p style=\"width: ZgotmplZ\"></p>",
    "<p {{ . }}></p> ~ <p ZgotmplZ></p>",
    "a<!-- {{ . }} -->b ~ ab",
    "<textarea>{{ . }}</textarea> ~ <textarea>&lt;i a=&#34;&#39;&amp;&#43;&gt;</textarea>"
  })
  void escapesForThePlaceInTheDocument(String template, String expected) {
    assertThat(TEMPLATES.html(template, "<i a=\"'&+>", 0)).isEqualTo(expected);
  }

  @Test
  void letsNoValueBecomeAScriptsAddress() {
    assertThat(TEMPLATES.html("<a href=\"{{ . }}\">x</a>", "javascript:alert(1)", 0)).isEqualTo("<a href=\"#ZgotmplZ\">x</a>");
    assertThat(TEMPLATES.html("<a href=\"{{ . }}\">x</a>", "https://x/?a=b&c", 0)).isEqualTo("<a href=\"https://x/?a=b&amp;c\">x</a>");
    assertThat(TEMPLATES.html("<a {{ . }}=\"1\">x</a>", "onclick", 0)).isEqualTo("<a ZgotmplZ=\"1\">x</a>");
  }

  @Test
  void refusesADocumentThatEndsWithinATag() {
    assertThatThrownBy(() -> TEMPLATES.html("<a href=\"{{ . }}", "x", 0)).hasMessageContaining("ends in a non-text context");
  }
}
