package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorSelector;
import io.meshwatch.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads selectors, {@code up{job="a"}}, and lists of labels. Confined to its parser. */
final class SelectorParser {
  private final TokenReader in;
  private final TypeCheck types;

  /** The metric's name, if it stood as a lone string in the braces that were read last. */
  private @Nullable String loneName;

  SelectorParser(TokenReader in, TypeCheck types) {
    this.in = in;
    this.types = types;
  }

  @Nullable String loneName() {
    return loneName;
  }

  /** Whether a word of the language may also be the name of a metric. */
  static boolean mayNameMetric(Token token) {
    return switch (token.text().toLowerCase(Locale.ROOT)) {
      case "and", "or", "unless", "by", "offset", "without", "anchored", "smoothed", "fill", "fill_left", "fill_right" -> true;
      default -> false;
    };
  }

  /** A metric's name, conditions in braces, or both. */
  VectorSelector vectorSelector() {
    Token first = in.peek();
    String name = "";
    List<Matcher> matchers = new ArrayList<>();
    if (first.kind() != Kind.LEFT_BRACE) {
      name = in.next().text();
    }
    if (in.peek().kind() == Kind.LEFT_BRACE) {
      matchers.addAll(braces());
      if (loneName != null && !name.isEmpty()) {
        throw in.error(first.position(), nameTwice(name, loneName));
      }
      name = loneName == null ? name : loneName;
    }
    Position position = new Position(first.start(), in.previous().end());
    if (!name.isEmpty()) {
      for (Matcher matcher : matchers) {
        if (matcher.name().equals(Labels.METRIC_NAME)) {
          types.note(position, nameTwice(name, matcher.value()));
        }
      }
      matchers.add(Matcher.equal(Labels.METRIC_NAME, name));
    }
    return types.selector(new VectorSelector(name, List.copyOf(matchers), TimeShift.NONE, RangeModifier.NONE, position));
  }

  private static String nameTwice(String one, String other) {
    return "metric name must not be set twice: " + Names.quote(one) + " or " + Names.quote(other);
  }

  /** All conditions in braces; a lone string in them is the metric's name and goes to {@link #loneName}. */
  List<Matcher> braces() {
    in.next();
    loneName = null;
    List<Matcher> matchers = new ArrayList<>();
    while (in.peek().kind() != Kind.RIGHT_BRACE) {
      Matcher matcher = matcher();
      if (matcher != null) {
        matchers.add(matcher);
      }
      if (in.peek().kind() == Kind.COMMA) {
        in.next();
      } else if (in.peek().kind() != Kind.RIGHT_BRACE) {
        throw in.unexpected("label matching", "\",\" or \"}\"");
      }
    }
    in.next();
    return matchers;
  }

  /** A condition, or null if it is a lone name. */
  private @Nullable Matcher matcher() {
    Token nameToken = in.peek();
    if (nameToken.kind() != Kind.IDENTIFIER && nameToken.kind() != Kind.STRING) {
      throw in.unexpected("label matching", "identifier or \"}\"");
    }
    in.next();
    boolean quoted = nameToken.kind() == Kind.STRING;
    String name = quoted ? StringLiterals.unquote(nameToken.text()) : nameToken.text();
    if (quoted && (in.peek().kind() == Kind.COMMA || in.peek().kind() == Kind.RIGHT_BRACE)) {
      if (loneName != null) {
        throw in.error(nameToken.position(), nameTwice(loneName, name));
      }
      loneName = name;
      return null;
    }
    Token operator = in.peek();
    if (operator.kind() != Kind.MATCH_OPERATOR) {
      throw in.unexpected("label matching", "label matching operator");
    }
    in.next();
    Token value = in.expect(Kind.STRING, "label matching", "string");
    try {
      return new Matcher(name, matchOp(operator.text()), StringLiterals.unquote(value.text()));
    } catch (IllegalArgumentException e) {
      throw in.error(nameToken.position(), String.valueOf(e.getMessage()));
    }
  }

  private static Matcher.Op matchOp(String symbol) {
    return switch (symbol) {
      case "=~" -> Matcher.Op.MATCH;
      case "!~" -> Matcher.Op.NOT_MATCH;
      case "!=" -> Matcher.Op.NOT_EQUAL;
      default -> Matcher.Op.EQUAL;
    };
  }

  /** Labels in parentheses, as behind {@code by}, {@code on} and their like. */
  List<String> groupingLabels() {
    in.expect(Kind.LEFT_PAREN, "grouping opts", "\"(\"");
    List<String> labels = new ArrayList<>();
    while (in.peek().kind() != Kind.RIGHT_PAREN) {
      labels.add(groupingLabel());
      if (in.peek().kind() == Kind.COMMA) {
        in.next();
      } else if (in.peek().kind() != Kind.RIGHT_PAREN) {
        throw in.unexpected("grouping opts", "\",\" or \")\"");
      }
    }
    in.next();
    return List.copyOf(labels);
  }

  private String groupingLabel() {
    Token token = in.peek();
    if (token.kind() == Kind.STRING) {
      String label = StringLiterals.unquote(in.next().text());
      if (!Names.isValid(label)) {
        throw in.error(token.position(), "invalid label name for grouping: " + Names.quote(label));
      }
      return label;
    }
    boolean word = token.kind() == Kind.IDENTIFIER || token.kind() == Kind.KEYWORD || token.kind() == Kind.AGGREGATE
        || (token.kind() == Kind.OPERATOR && Character.isLetter(token.text().charAt(0)))
        || (token.kind() == Kind.NUMBER && Character.isLetter(token.text().charAt(0)));
    if (!word) {
      throw in.unexpected("grouping opts", "label");
    }
    return in.next().text();
  }
}
