package io.meshwatch.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression in RE2 syntax that must match a whole value, {@code .} matching newlines too: Prometheus' {@code ^(?s:RE)$}.
 * Linear in the value's length. Immutable and safe for all threads.
 *
 * @see <a href="https://github.com/google/re2/wiki/Syntax">RE2 syntax</a>
 */
public final class AnchoredPattern {
  /** Longest pattern that is compiled, in characters; a longer one is refused. */
  public static final int PATTERN_CHARACTERS_MAX = 8192;

  private final String source;
  private final Pattern pattern;

  private AnchoredPattern(String source, Pattern pattern) {
    this.source = source;
    this.pattern = pattern;
  }

  /** Compiles; throws {@link IllegalArgumentException} with the reason if the pattern is invalid or too large. */
  public static AnchoredPattern compile(String source) {
    if (source.length() > PATTERN_CHARACTERS_MAX) {
      throw new IllegalArgumentException("regular expression has " + source.length() + " characters, at most "
          + PATTERN_CHARACTERS_MAX + " are allowed");
    }
    try {
      return new AnchoredPattern(source, Pattern.compile("^(?s:" + source + ")$"));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("error parsing regexp: " + e.getDescription() + ": `" + source + "`", e);
    }
  }

  public boolean matches(String value) {
    return pattern.matcher(value).matches();
  }

  /** The compiled engine pattern, for capture groups. */
  public Pattern engine() {
    return pattern;
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
