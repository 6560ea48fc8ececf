package io.meshwatch.gotemplate;

import io.meshwatch.model.ReplacingPattern;
import java.util.Locale;
import java.util.Map;

/** Functions on texts that both rules' and notifications' templates have. */
public final class TextFunctions {
  /** By name. */
  public static final Map<String, GoFunction> ALL = Map.of(
      "toUpper", GoFunction.of(1, a -> a.text(0).toUpperCase(Locale.ROOT)),
      "toLower", GoFunction.of(1, a -> a.text(0).toLowerCase(Locale.ROOT)),
      "title", GoFunction.of(1, a -> title(a.text(0))),
      "match", GoFunction.of(2, a -> pattern(a.text(0)).find(a.text(1))),
      "reReplaceAll", GoFunction.of(3, a -> replaceAll(a.text(0), a.text(1), a.text(2))),
      "safeHtml", GoFunction.of(1, a -> new SafeContent(SafeContent.Kind.HTML, a.text(0))),
      "humanizeDuration", GoFunction.of(1, a -> Humanize.duration(a.number(0))));

  private TextFunctions() {}

  /** The first letter of each word in upper case; the others stay as they are. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      out.appendCodePoint(inWord ? c : Character.toTitleCase(c));
      inWord = c < 0x80 ? Character.isLetterOrDigit(c) || c == '_' : !Character.isSpaceChar(c);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  private static ReplacingPattern pattern(String regex) {
    try {
      return ReplacingPattern.compile(regex);
    } catch (IllegalArgumentException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Go's expansion: {@code $1}, {@code ${1}}, {@code $name}; an unknown group is empty. */
  static String replaceAll(String regex, String replacement, String text) {
    return pattern(regex).replaceAll(text, replacement);
  }
}
