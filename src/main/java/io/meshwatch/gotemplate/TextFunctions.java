package io.meshwatch.gotemplate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Locale;
import java.util.Map;

/** Functions on texts that both rules' and notifications' templates have. */
public final class TextFunctions {
  /** By name. */
  public static final Map<String, GoFunction> ALL = Map.of(
      "toUpper", GoFunction.of(1, a -> a.text(0).toUpperCase(Locale.ROOT)),
      "toLower", GoFunction.of(1, a -> a.text(0).toLowerCase(Locale.ROOT)),
      "title", GoFunction.of(1, a -> title(a.text(0))),
      "match", GoFunction.of(2, a -> pattern(a.text(0)).matcher(a.text(1)).find()),
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

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new FunctionException("error parsing regexp: " + e.getDescription() + ": `" + regex + "`", e);
    }
  }

  /** Go's expansion: {@code $1}, {@code ${1}}, {@code $name}; an unknown group is empty. */
  static String replaceAll(String regex, String replacement, String text) {
    com.google.re2j.Matcher matcher = pattern(regex).matcher(text);
    StringBuilder out = new StringBuilder();
    int end = 0;
    while (matcher.find()) {
      out.append(text, end, matcher.start());
      expand(replacement, matcher, out);
      end = matcher.end();
    }
    return out.append(text, end, text.length()).toString();
  }

  private static void expand(String replacement, com.google.re2j.Matcher matcher, StringBuilder out) {
    int at = 0;
    while (at < replacement.length()) {
      char c = replacement.charAt(at);
      if (c != '$' || at + 1 == replacement.length()) {
        out.append(c);
        at++;
      } else if (replacement.charAt(at + 1) == '$') {
        out.append('$');
        at += 2;
      } else {
        at = expandGroup(replacement, at, matcher, out);
      }
    }
  }

  private static int expandGroup(String replacement, int dollar, com.google.re2j.Matcher matcher, StringBuilder out) {
    boolean braced = replacement.charAt(dollar + 1) == '{';
    int from = braced ? dollar + 2 : dollar + 1;
    int to = from;
    while (to < replacement.length() && (Character.isLetterOrDigit(replacement.charAt(to)) || replacement.charAt(to) == '_')) {
      to++;
    }
    boolean closed = !braced || (to < replacement.length() && replacement.charAt(to) == '}');
    if (to == from || !closed) {
      out.append('$');
      return dollar + 1;
    }
    String group = group(matcher, replacement.substring(from, to));
    out.append(group);
    return braced ? to + 1 : to;
  }

  private static String group(com.google.re2j.Matcher matcher, String name) {
    String value;
    if (name.length() < 4 && name.chars().allMatch(Character::isDigit)) {
      int index = Integer.parseInt(name);
      value = index <= matcher.groupCount() ? matcher.group(index) : null;
    } else {
      Integer index = matcher.pattern().namedGroups().get(name);
      value = index == null ? null : matcher.group(index);
    }
    return value == null ? "" : value;
  }
}
