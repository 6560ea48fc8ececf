package io.meshwatch.promql;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Aggregation operators. */
public enum AggregateOp {
  SUM("sum", false, false),
  AVG("avg", false, false),
  COUNT("count", false, false),
  MIN("min", false, false),
  MAX("max", false, false),
  GROUP("group", false, false),
  STDDEV("stddev", false, false),
  STDVAR("stdvar", false, false),
  TOPK("topk", true, false),
  BOTTOMK("bottomk", true, false),
  COUNT_VALUES("count_values", true, false),
  QUANTILE("quantile", true, false),
  LIMITK("limitk", true, true),
  LIMIT_RATIO("limit_ratio", true, true);

  private static final Map<String, AggregateOp> BY_TEXT =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(AggregateOp::text, Function.identity()));

  private final String text;
  private final boolean takesParameter;
  private final boolean experimental;

  AggregateOp(String text, boolean takesParameter, boolean experimental) {
    this.text = text;
    this.takesParameter = takesParameter;
    this.experimental = experimental;
  }

  /** The operator of this name in any case, or null. */
  static @Nullable AggregateOp find(String name) {
    return BY_TEXT.get(name.toLowerCase(Locale.ROOT));
  }

  public String text() {
    return text;
  }

  public boolean takesParameter() {
    return takesParameter;
  }

  public boolean experimental() {
    return experimental;
  }
}
