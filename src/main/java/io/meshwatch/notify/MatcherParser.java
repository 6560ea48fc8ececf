package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads matchers as Alertmanager writes them in configuration, silences and API filters: {@code {a="b", c=~"d.*"}}, braces
 * optional.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#matcher">Matchers</a>
 */
public final class MatcherParser {
  /** Which of the two grammars is used. */
  public enum Mode {
    /** The grammar before Alertmanager 0.27: legacy label names, nearly any unquoted value. */
    CLASSIC,
    /** The grammar since then: any label name in quotes, quoted values with Go's escapes. */
    UTF8,
    /** UTF-8 where it can be read so and both agree, else classic: Alertmanager's own default. */
    FALLBACK
  }

  private MatcherParser() {}

  /** Reads any number of matchers; throws {@link IllegalArgumentException} with the reason. */
  public static List<Matcher> parse(String text, Mode mode) {
    return switch (mode) {
      case CLASSIC -> ClassicMatchers.parse(text);
      case UTF8 -> Utf8Matchers.parse(text);
      case FALLBACK -> parseEither(text);
    };
  }

  /** Reads any number of matchers in the mode that existing files expect. */
  public static List<Matcher> parse(String text) {
    return parse(text, Mode.FALLBACK);
  }

  private static List<Matcher> parseEither(String text) {
    List<Matcher> modern;
    try {
      modern = Utf8Matchers.parse(text);
    } catch (IllegalArgumentException modernFailure) {
      try {
        return ClassicMatchers.parse(text);
      } catch (IllegalArgumentException classicFailure) {
        modernFailure.addSuppressed(classicFailure);
        throw modernFailure;
      }
    }
    try {
      return ClassicMatchers.parse(text);
    } catch (IllegalArgumentException classicFailure) {
      return modern;
    }
  }

  /** A matcher as Alertmanager prints it: the name bare unless it holds reserved characters. */
  public static String format(Matcher matcher) {
    String name = matcher.name();
    boolean bare = !name.isEmpty() && name.chars().noneMatch(Utf8Matchers::isReserved);
    return (bare ? name : Names.quote(name)) + matcher.op().symbol()
        + Names.quote(matcher.value());
  }

  /** Matchers sorted as in a route's key: {@code {a="b",c="d"}}. */
  public static String format(List<Matcher> matchers) {
    List<String> texts = new ArrayList<>();
    matchers.stream()
        .sorted(Comparator.comparing(Matcher::name).thenComparing(Matcher::value).thenComparing(Matcher::op))
        .forEach(m -> texts.add(format(m)));
    return "{" + String.join(",", texts) + "}";
  }
}
