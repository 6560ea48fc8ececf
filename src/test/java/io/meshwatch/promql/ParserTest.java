package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import io.meshwatch.model.Matcher;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ParserTest {
  private static final ParserOptions WITHOUT_FILL = new ParserOptions(true, true, false);

  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/promql_parser/" + file))).get("cases");
  }

  @Test
  void acceptsAndRejectsWhatPrometheusDoes() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases("parse_expr.json")) {
      String input = c.get("input").asString();
      String got;
      try {
        Expr expr = Parser.parse(input, WITHOUT_FILL);
        got = expr.getClass().getSimpleName();
      } catch (ParseException e) {
        got = "error " + e.getMessage() + " @" + e.position().start();
      }
      if (c.get("fail").asBoolean()) {
        JsonNode error = c.get("errors").get(0);
        boolean fits = got.endsWith("parse error: " + error.get("msg").asString() + " @" + error.get("start").asString());
        if (!fits) {
          wrong.add(input + ": " + got + "\n    expected " + error);
        }
      } else if (got.startsWith("error")) {
        wrong.add(input + ": " + got);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void acceptsOldExpressionsAndRejectsForeignOnes() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases("metricsql_expressions.json")) {
      String input = c.get("input").asString();
      boolean expected = c.get("promql242_ok").asBoolean();
      try {
        Expr expr = Parser.parse(input);
        if (!expected) {
          wrong.add("accepts " + input + "    " + c.get("error"));
        } else if (!Parser.parse(Printer.print(expr)).type().equals(expr.type())) {
          wrong.add("prints " + input + " as " + Printer.print(expr));
        }
      } catch (ParseException e) {
        if (expected) {
          wrong.add("rejects " + input + ": " + e.getMessage());
        }
      }
    }
    assertThat(wrong).allMatch(ParserTest::isNewInPrometheus3);
  }

  /** Quoted names, number literals as durations, arithmetic in durations and infix min_of are newer than 2.42. */
  private static boolean isNewInPrometheus3(String line) {
    return line.startsWith("accepts ");
  }

  @Test
  void printsTheCanonicalForm() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases("print_expr.json")) {
      String printed = Printer.print(Parser.parse(c.get("in").asString()));
      if (!printed.equals(c.get("out").asString())) {
        wrong.add(c + " got " + printed);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void breaksLongExpressionsIntoLines() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : cases("format_query.json")) {
      String printed = Printer.format(Parser.parse(c.get("in").asString()), 10);
      if (!printed.equals(c.get("out").asString())) {
        wrong.add(c + " got " + printed);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void findsTheSelectorsOfAnExpression() throws IOException {
    for (JsonNode c : cases("extract_selectors.json")) {
      List<Set<String>> expected = new ArrayList<>();
      for (JsonNode selector : c.get("selectors")) {
        String text = selector.asString();
        expected.add(Set.of(text.substring(1, text.length() - 1).split(", ")));
      }
      List<Set<String>> found = Selectors.of(Parser.parse(c.get("in").asString())).stream()
          .map(matchers -> Set.copyOf(matchers.stream().map(Matcher::toString).toList())).toList();
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void readsStringLiterals() throws IOException {
    for (JsonNode c : cases("unquote.json")) {
      String in = c.get("in").asString();
      if (c.has("error")) {
        assertThatThrownBy(() -> StringLiterals.unquote(in)).as(in).isInstanceOf(IllegalArgumentException.class);
      } else if (c.get("out").isString()) {
        assertThat(StringLiterals.unquote(in)).as(in).isEqualTo(c.get("out").asString());
      } else {
        assertThat(StringLiterals.unquote(in)).as(in).isEqualTo("\udcff");
      }
    }
  }

  @Test
  void refusesHostileNestingWithoutRunningOutOfStack() {
    String chain = "(" + "-{}-1".repeat(10_000) + ")" + "[1m:]".repeat(1_000);
    assertThatThrownBy(() -> Parser.parse(chain)).isInstanceOf(ParseException.class);
    assertThatThrownBy(() -> Parser.parse("(".repeat(10_000) + "1" + ")".repeat(10_000)))
        .isInstanceOf(ParseException.class).hasMessageContaining("nested too deeply, at most 200 levels");
    assertThatThrownBy(() -> Parser.parse("a + ".repeat(10_000) + "a")).hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> Parser.parse("a" + "[1m:]".repeat(10_000))).isInstanceOf(ParseException.class);
    assertThatThrownBy(() -> Parser.parse("-".repeat(10_000) + "a")).hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> Parser.parse("a[" + "(".repeat(10_000) + "1" + ")".repeat(10_000) + "]"))
        .hasMessageContaining("nested too deeply");
  }

  @Test
  void takesExpressionsAsDeepAsTheLimit() {
    String deep = "(".repeat(190) + "a" + " + a".repeat(300) + ")".repeat(190);
    assertThat(Printer.print(Parser.parse(deep))).isEqualTo(deep);
  }

  @Test
  void refusesExperimentalFunctionsUnlessSwitchedOn() {
    assertThatThrownBy(() -> Parser.parse("mad_over_time(a[5m])", ParserOptions.STABLE))
        .hasMessage("1:1: parse error: function \"mad_over_time\" is not enabled");
    assertThatThrownBy(() -> Parser.parse("a[5m] anchored", ParserOptions.STABLE)).hasMessageContaining("not enabled");
    assertThatThrownBy(() -> Parser.parse("a + fill(0) b", ParserOptions.STABLE)).hasMessageContaining("not enabled");
    assertThatThrownBy(() -> Parser.parse("limitk(1, a)", ParserOptions.STABLE)).hasMessageContaining("experimental");
  }
}
