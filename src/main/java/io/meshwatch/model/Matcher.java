package io.meshwatch.model;

import org.jspecify.annotations.Nullable;

/**
 * One condition on a label: {@code name op "value"}. A label that is missing has the empty value. Immutable.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/basics/#time-series-selectors">Selectors</a>
 */
public final class Matcher {
  /** How a label's value is compared. */
  public enum Op {
    EQUAL("="),
    NOT_EQUAL("!="),
    MATCH("=~"),
    NOT_MATCH("!~");

    private final String symbol;

    Op(String symbol) {
      this.symbol = symbol;
    }

    public String symbol() {
      return symbol;
    }
  }

  private final String name;
  private final Op op;
  private final String value;
  private final @Nullable AnchoredPattern pattern;
  /** Asked at each selection of series, so kept once known; threads that find it at the same time find the same. */
  private @Nullable Boolean matchesMissing;

  /** A matcher; a bad regular expression throws {@link IllegalArgumentException} with the reason. */
  public Matcher(String name, Op op, String value) {
    this.name = name;
    this.op = op;
    this.value = value;
    this.pattern = op == Op.MATCH || op == Op.NOT_MATCH ? AnchoredPattern.compile(value) : null;
  }

  public static Matcher equal(String name, String value) {
    return new Matcher(name, Op.EQUAL, value);
  }

  public String name() {
    return name;
  }

  public Op op() {
    return op;
  }

  public String value() {
    return value;
  }

  /** The compiled regular expression, or null for {@code =} and {@code !=}. */
  public @Nullable AnchoredPattern pattern() {
    return pattern;
  }

  /** Whether a label's value (empty if the label is missing) meets the condition. */
  public boolean matches(String labelValue) {
    AnchoredPattern regex = pattern;
    return switch (op) {
      case EQUAL -> labelValue.equals(value);
      case NOT_EQUAL -> !labelValue.equals(value);
      case MATCH -> regex != null && regex.matches(labelValue);
      case NOT_MATCH -> regex != null && !regex.matches(labelValue);
    };
  }

  public boolean matches(Labels labels) {
    return matches(labels.get(name));
  }

  /** Whether a series without this label is selected. */
  public boolean matchesMissing() {
    Boolean known = matchesMissing;
    if (known == null) {
      known = matches("");
      matchesMissing = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Matcher m && name.equals(m.name) && op == m.op && value.equals(m.value);
  }

  @Override
  public int hashCode() {
    return (name.hashCode() * 31 + op.symbol().hashCode()) * 31 + value.hashCode();
  }

  /** As PromQL writes it: {@code name=~"value"}. */
  @Override
  public String toString() {
    return Names.quoteUnlessLegacy(name) + op.symbol() + Names.quote(value);
  }
}
