package io.meshwatch.model;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/**
 * Go's replacement templates.
 *
 * @see <a href="https://pkg.go.dev/regexp#Regexp.Expand">Regexp.Expand</a>
 */
final class Template {
  private Template() {}

  /** The template with its references replaced by the groups of a match. */
  static String expand(String template, Matcher match, Pattern pattern) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int dollar = template.indexOf('$', at);
      if (dollar < 0) {
        return text.append(template, at, template.length()).toString();
      }
      text.append(template, at, dollar);
      at = reference(template, dollar, match, pattern, text);
    }
    return text.toString();
  }

  /** Appends what the reference at the dollar sign means; returns the index behind it. */
  private static int reference(String template, int dollar, Matcher match, Pattern pattern, StringBuilder text) {
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
    text.append(group(template.substring(from, to), match, pattern));
    return braced ? to + 1 : to;
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(String name, Matcher match, Pattern pattern) {
    Integer index = name.chars().allMatch(c -> c >= '0' && c <= '9') ? number(name) : pattern.namedGroups().get(name);
    if (index == null || index > match.groupCount()) {
      return "";
    }
    String value = match.group(index);
    return value == null ? "" : value;
  }

  private static Integer number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Integer.valueOf(digits);
  }
}
