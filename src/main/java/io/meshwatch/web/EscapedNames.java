package io.meshwatch.web;

/**
 * Label names in URLs: a name that is no legacy name is written {@code U__} with every other character as {@code _hex_} and an
 * underscore as {@code __}.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/escaping_schemes/">Escaping schemes</a>
 */
final class EscapedNames {
  private static final String PREFIX = "U__";

  private EscapedNames() {}

  /** The name that was meant; a text that is not well escaped is returned as it is. */
  static String unescape(String text) {
    if (!text.startsWith(PREFIX)) {
      return text;
    }
    StringBuilder name = new StringBuilder();
    int at = PREFIX.length();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '_') {
        name.append(c);
        at++;
        continue;
      }
      int end = text.indexOf('_', at + 1);
      if (end < 0) {
        return text;
      }
      if (end == at + 1) {
        name.append('_');
      } else {
        try {
          name.appendCodePoint(Integer.parseInt(text, at + 1, end, 16));
        } catch (IllegalArgumentException e) {
          return text;
        }
      }
      at = end + 1;
    }
    return name.toString();
  }
}
