package io.meshwatch.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in RE2 syntax that must match a whole value, {@code .} matching newlines too: Prometheus' {@code ^(?s:RE)$}.
 * Linear in the value's length. Immutable and safe for all threads.
 *
 * <p>What is really a literal, a prefix, a suffix, something contained, or an alternation of those never reaches the engine, see
 * {@link SimplePattern}; the engine's program is made only when it is needed.
 *
 * @see <a href="https://github.com/google/re2/wiki/Syntax">RE2 syntax</a>
 */
public final class AnchoredPattern {
  /** Longest pattern that is taken, in characters; a longer one is refused. */
  public static final int PATTERN_CHARACTERS_MAX = 65_536;

  /** Longest pattern for the engine, whose programs take a hundred times the memory of the text. */
  public static final int ENGINE_PATTERN_CHARACTERS_MAX = 16_384;

  /** Largest product of nested repetitions, {@code (a{10}){100}} being 1000; the engine alone would take any. */
  public static final int REPEATS_MAX = 1000;

  private final String source;
  private final @Nullable SimplePattern simple;
  private volatile @Nullable Pattern engine;

  private AnchoredPattern(String source, @Nullable SimplePattern simple, @Nullable Pattern engine) {
    this.source = source;
    this.simple = simple;
    this.engine = engine;
  }

  /** Compiles; throws {@link IllegalArgumentException} with the reason if the pattern is invalid or too large. */
  public static AnchoredPattern compile(String source) {
    requireLength(source, PATTERN_CHARACTERS_MAX);
    SimplePattern simple = SimplePattern.of(source);
    return new AnchoredPattern(source, simple, simple == null ? compileEngine(source) : null);
  }

  private static void requireLength(String source, int charactersMax) {
    if (source.length() > charactersMax) {
      throw new IllegalArgumentException(
          "regular expression has " + source.length() + " characters, at most " + charactersMax + " are allowed");
    }
  }

  private static Pattern compileEngine(String source) {
    requireLength(source, ENGINE_PATTERN_CHARACTERS_MAX);
    if (RepeatCount.of(source) > REPEATS_MAX) {
      throw new IllegalArgumentException("error parsing regexp: invalid repeat count: `" + source + "`");
    }
    requireKnownEscapes(source);
    try {
      // Compiled alone first: "a)|(b" would be valid only within the anchors.
      Pattern.compile(source);
      return Pattern.compile("^(?s:" + source + ")$");
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("error parsing regexp: " + e.getDescription() + ": `" + e.getPattern() + "`", e);
    }
  }

  /** RE2/J lets through an escaped letter that is not ASCII; RE2 does not. */
  private static void requireKnownEscapes(String source) {
    for (int i = 0; i + 1 < source.length() && !source.startsWith("\\Q", i); i++) {
      if (source.charAt(i) == '\\' && source.charAt(++i) > 127) {
        throw new IllegalArgumentException("error parsing regexp: invalid escape sequence: `\\" + source.charAt(i) + "`");
      }
    }
  }

  public boolean matches(String value) {
    SimplePattern fast = simple;
    return fast == null ? engine().matcher(value).matches() : fast.matches(value);
  }

  /** All values that match, if they can be listed, sorted and without duplicates: an index looks them up; else null. */
  public @Nullable List<String> literals() {
    return simple == null ? null : simple.literals();
  }

  /** Text that every matching value begins with; empty if there is none. */
  public String prefix() {
    return simple == null ? "" : simple.prefix();
  }

  /**
   * The template with {@code $1}, {@code ${name}}… replaced by what the groups matched and {@code $$} by a dollar sign, as Go's
   * {@code Regexp.Expand} does; null if the value does not match.
   */
  public @Nullable String expand(String template, String value) {
    if (simple != null && template.indexOf('$') < 0) {
      return simple.matches(value) ? template : null;
    }
    Pattern pattern = engine();
    com.google.re2j.Matcher match = pattern.matcher(value);
    return match.matches() ? Template.expand(template, match, name -> group(pattern, name)) : null;
  }

  private static List<Integer> group(Pattern pattern, String name) {
    Integer number = pattern.namedGroups().get(name);
    return number == null ? List.of() : List.of(number);
  }

  /** The compiled engine pattern, for capture groups. */
  public Pattern engine() {
    Pattern compiled = engine;
    if (compiled == null) {
      compiled = compileEngine(source);
      engine = compiled;
    }
    return compiled;
  }

  /** The expression as written, without the anchors. */
  public String source() {
    return source;
  }

  @Override
  public String toString() {
    return source;
  }
}
