package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a script expects of one evaluation. Confined to its script. */
final class Expectation {
  private static final Pattern RANGE_VECTOR =
      Pattern.compile("range vector from\\s+(\\S+)\\s+to\\s+(\\S+)\\s+step\\s+(\\S+)", Pattern.CASE_INSENSITIVE);

  /** A text that is looked for, as the script writes it. */
  record Wanted(String text, Predicate<String> test) {}

  final String expression;
  final long startMillis;
  final long endMillis;
  final long stepMillis;
  final boolean isRange;
  final List<Wanted> warnings = new ArrayList<>();
  final List<Wanted> infos = new ArrayList<>();
  final Map<Labels, List<SeriesDescription.@Nullable Item>> series = new LinkedHashMap<>();
  @Nullable Wanted failure;
  boolean noWarnings;
  boolean noInfos;
  boolean ordered;
  @Nullable String string;
  @Nullable Double scalar;

  /** The grid of an expected range vector, or null. */
  @Nullable Steps rangeVector;

  Expectation(String expression, long startMillis, long endMillis, long stepMillis, boolean isRange) {
    this.expression = expression;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
    this.stepMillis = stepMillis;
    this.isRange = isRange;
  }

  /** An expectation in the old spelling, {@code eval_fail}. */
  void legacy(@Nullable String word) {
    if (word != null) {
      directive(word);
    }
  }

  /** A line {@code expect …}, without its first word. */
  void directive(String text) {
    String word = text.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    String rest = text.substring(word.length()).strip();
    switch (word) {
      case "fail" -> failure = wanted(rest);
      case "warn" -> warnings.add(wanted(rest));
      case "info" -> infos.add(wanted(rest));
      case "no_warn" -> noWarnings = true;
      case "no_info" -> noInfos = true;
      case "ordered" -> ordered = true;
      case "string" -> string = StringLiterals.unquote(rest);
      case "range" -> rangeVector = rangeVector(text);
      default -> throw new IllegalArgumentException("unknown expectation " + text);
    }
  }

  private static Steps rangeVector(String text) {
    Matcher match = RANGE_VECTOR.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException("expected range vector from A to B step S, got " + text);
    }
    return Steps.range(PromqlScript.millis(match.group(1)), PromqlScript.millis(match.group(2)), PromqlScript.millis(match.group(3)));
  }

  private static Wanted wanted(String text) {
    if (text.startsWith("msg:")) {
      String message = text.substring(4).strip();
      return new Wanted(text, message::equals);
    }
    if (text.startsWith("regex:")) {
      com.google.re2j.Pattern pattern = com.google.re2j.Pattern.compile(text.substring(6).strip());
      return new Wanted(text, message -> pattern.matcher(message).find());
    }
    if (!text.isEmpty()) {
      throw new IllegalArgumentException("expected msg: or regex:, got " + text);
    }
    return new Wanted("any", message -> true);
  }

  void scalar(String text) {
    scalar = text.toLowerCase(Locale.ROOT).contains("x") ? NumberText.parseLiteral(text) : NumberText.parse(text);
  }

  void series(SeriesDescription description) {
    series.put(description.labels(), description.items());
  }
}
