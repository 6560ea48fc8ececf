package io.meshwatch.model;

import com.google.re2j.Matcher;
import java.util.List;
import java.util.function.Function;

/**
 * Go's replacement templates.
 *
 * @see <a href="https://pkg.go.dev/regexp#Regexp.Expand">Regexp.Expand</a>
 */
final class Template {
  private Template() {}

  /** The template with its references replaced by the groups of a match. Names give the numbers of groups, of which the first that took part counts. */
  static String expand(String template, Matcher match, Function<String, List<Integer>> names) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int dollar = template.indexOf('$', at);
      if (dollar < 0) {
        return text.append(template, at, template.length()).toString();
      }
      text.append(template, at, dollar);
      at = reference(template, dollar, match, names, text);
    }
    return text.toString();
  }

  /** Appends what the reference at the dollar sign means; returns the index behind it. */
  private static int reference(String template, int dollar, Matcher match, Function<String, List<Integer>> names, StringBuilder text) {
    int next = dollar + 1;
    if (template.startsWith("$", next)) {
      text.append('$');
      return next + 1;
    }
    boolean braced = template.startsWith("{", next);
    int from = braced ? next + 1 : next;
    int to = from;
    while (to < template.length() && isWord(template.codePointAt(to))) {
      to += Character.charCount(template.codePointAt(to));
    }
    if (to == from || (braced && !template.startsWith("}", to))) {
      text.append('$');
      return next;
    }
    text.append(group(template.substring(from, to), match, names));
    return braced ? to + 1 : to;
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(String name, Matcher match, Function<String, List<Integer>> names) {
    boolean numbered = name.chars().allMatch(c -> c >= '0' && c <= '9');
    for (int index : numbered ? List.of(number(name)) : names.apply(name)) {
      String value = index > match.groupCount() ? null : match.group(index);
      if (value != null) {
        return value;
      }
    }
    return "";
  }

  private static Integer number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Integer.valueOf(digits);
  }
}
