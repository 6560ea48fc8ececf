package io.meshwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class AnchoredPatternTest {
  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/regex/" + file))).get("cases");
  }

  private static List<String> wrongMatches(String file) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases(file)) {
      String source = c.get("pattern").asString();
      String shown = source.length() > 60 ? source.substring(0, 60) : source;
      AnchoredPattern pattern;
      try {
        pattern = AnchoredPattern.compile(source);
      } catch (IllegalArgumentException e) {
        if (!c.has("error")) {
          wrong.add(shown + ": " + e.getMessage());
        }
        continue;
      }
      if (c.has("error")) {
        wrong.add(shown + " compiles, expected " + c.get("error"));
        continue;
      }
      for (JsonNode value : c.get("match")) {
        if (value.isString() && !pattern.matches(value.asString())) {
          wrong.add(shown + " must match " + value);
        }
      }
      for (JsonNode value : c.get("noMatch")) {
        if (value.isString() && pattern.matches(value.asString())) {
          wrong.add(shown + " must not match " + value);
        }
      }
    }
    return wrong;
  }

  @Test
  void matchesAsPrometheusDoes() throws IOException {
    assertThat(wrongMatches("full_match.json")).isEmpty();
  }

  @Test
  void matchesAsRe2Does() throws IOException {
    assertThat(wrongMatches("re2_search.json")).isEmpty();
  }

  @Test
  void keepsToRe2WhereJavaDiffers() throws IOException {
    assertThat(wrongMatches("re2_vs_java_syntax.json")).isEmpty();
  }

  @Test
  void acceptsAndRejectsWhatGoDoes() throws IOException {
    for (JsonNode c : cases("compile.json")) {
      String source = c.get("pattern").asString();
      if (c.has("error")) {
        assertThatThrownBy(() -> AnchoredPattern.compile(source)).as(source).isInstanceOf(IllegalArgumentException.class);
      } else {
        AnchoredPattern.compile(source);
      }
    }
  }

  @Test
  void matchersFollowTheirOperator() throws IOException {
    for (JsonNode c : cases("matcher.json")) {
      Matcher.Op op = switch (c.get("op").asString()) {
        case "=" -> Matcher.Op.EQUAL;
        case "!=" -> Matcher.Op.NOT_EQUAL;
        case "=~" -> Matcher.Op.MATCH;
        default -> Matcher.Op.NOT_MATCH;
      };
      assertThat(new Matcher("a", op, c.get("pattern").asString()).matches(c.get("value").asString())).as(c.toString())
          .isEqualTo(c.get("match").asBoolean());
    }
  }

  @Test
  void simplePatternsAgreeWithTheEngine() {
    Random random = new Random(7);
    String[] parts = {"a", "b", "ab", ".*", ".+", "(a|b)", "(?i:aB)", "|", "\\.", "k", "(?:a.*|b)", "^", "$", "s", "[ab]", "[.a-k]", "(?i:[j-l])", "[^a]"};
    String[] values = {"a", "b", "A", "k", "\u212a", "s", "\u017f", ".", "\n"};
    int simple = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder source = new StringBuilder();
      for (int i = random.nextInt(6); i >= 0; i--) {
        source.append(parts[random.nextInt(parts.length)]);
      }
      SimplePattern pattern = SimplePattern.of(source.toString());
      if (pattern == null) {
        continue;
      }
      simple++;
      Pattern engine = Pattern.compile("^(?s:" + source + ")$");
      for (int k = 0; k < 10; k++) {
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
          value.append(values[random.nextInt(values.length)]);
        }
        assertThat(pattern.matches(value.toString())).as(source + " on " + value).isEqualTo(engine.matcher(value.toString()).matches());
      }
    }
    assertThat(simple).isGreaterThan(5_000);
  }

  @Test
  void listsTheValuesOfAnAlternation() {
    assertThat(AnchoredPattern.compile("foo|ba(r|z)|\\.x").literals()).containsExactly(".x", "bar", "baz", "foo");
    assertThat(AnchoredPattern.compile("eth[0-2x]").literals()).containsExactly("eth0", "eth1", "eth2", "ethx");
    assertThat(AnchoredPattern.compile("eth[^0]").literals()).isNull();
    assertThat(AnchoredPattern.compile("(?i)foo").literals()).isNull();
    assertThat(AnchoredPattern.compile("foo.*").literals()).isNull();
    assertThat(AnchoredPattern.compile("foo.*").prefix()).isEqualTo("foo");
  }

  @Test
  void refusesPatternsThatWouldExplode() {
    assertThatThrownBy(() -> AnchoredPattern.compile("((a{1,100}){1,100}){1,100}")).hasMessageContaining("invalid repeat count");
    assertThatThrownBy(() -> AnchoredPattern.compile("[a]".repeat(AnchoredPattern.ENGINE_PATTERN_CHARACTERS_MAX)))
        .hasMessageContaining("are allowed");
  }

  @Test
  void expandsReferencesToGroups() {
    assertThat(AnchoredPattern.compile("(.*)-(?P<tail>.*)").expand("$2:${1}:$tail:$$:$3", "a-b")).isEqualTo("b:a:b:$:");
    assertThat(AnchoredPattern.compile("x").expand("y", "z")).isNull();
  }
}
