package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The matcher grammar before Alertmanager 0.27: splits at commas outside quotes, then name, operator, value. */
final class ClassicMatchers {
  private ClassicMatchers() {}

  static List<Matcher> parse(String text) {
    String inner = text.startsWith("{") ? text.substring(1) : text;
    inner = inner.endsWith("}") ? inner.substring(0, inner.length() - 1) : inner;
    List<Matcher> matchers = new ArrayList<>();
    for (String part : splitAtCommas(inner)) {
      matchers.add(parseOne(part));
    }
    return List.copyOf(matchers);
  }

  private static List<String> splitAtCommas(String text) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    boolean escaped = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      } else if (c == '"' && !escaped) {
        quoted = !quoted;
      }
      escaped = c == '\\' && !escaped;
    }
    String last = text.substring(start);
    if (!last.isBlank()) {
      parts.add(last);
    }
    return parts;
  }

  private static Matcher parseOne(String text) {
    String trimmed = text.strip();
    int nameEnd = 0;
    while (nameEnd < trimmed.length() && isNameCharacter(trimmed.charAt(nameEnd))) {
      nameEnd++;
    }
    String name = trimmed.substring(0, nameEnd);
    String rest = trimmed.substring(nameEnd).stripLeading();
    Matcher.Op op = operator(rest);
    if (op == null || !Names.isLegacyMetricName(name)) {
      throw new IllegalArgumentException("bad matcher format: " + trimmed);
    }
    return new Matcher(name, op, value(rest.substring(op.symbol().length()).strip()));
  }

  private static boolean isNameCharacter(char c) {
    return c == '_' || c == ':' || (c < 128 && Character.isLetterOrDigit(c));
  }

  /** The operator a text starts with, the longer ones first; null if there is none. */
  static Matcher.@Nullable Op operator(String text) {
    for (Matcher.Op op : List.of(Matcher.Op.MATCH, Matcher.Op.NOT_MATCH, Matcher.Op.NOT_EQUAL, Matcher.Op.EQUAL)) {
      if (text.startsWith(op.symbol())) {
        return op;
      }
    }
    return null;
  }

  /** Unescapes {@code \n}, {@code \"} and {@code \\}; any other backslash stands for itself. */
  private static String value(String raw) {
    boolean quoted = raw.startsWith("\"");
    String body = quoted ? raw.substring(1) : raw;
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '"') {
        if (quoted && i == body.length() - 1) {
          return value.toString();
        }
        throw unescapedQuote(raw);
      }
      if (c == '\\' && i + 1 < body.length() && "n\"\\".indexOf(body.charAt(i + 1)) >= 0) {
        char next = body.charAt(++i);
        value.append(next == 'n' ? '\n' : next);
      } else {
        value.append(c);
      }
    }
    if (quoted) {
      throw unescapedQuote(raw);
    }
    return value.toString();
  }

  private static IllegalArgumentException unescapedQuote(String raw) {
    return new IllegalArgumentException("matcher value contains unescaped double quote: " + raw);
  }
}
