package io.meshwatch.gotemplate;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Texts made safe for HTML, JavaScript and URLs as Go's template functions do it. */
public final class Escapes {
  private Escapes() {}

  /** For HTML text and attribute values. */
  public static String html(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\0' -> out.append('\uFFFD');
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** For a JavaScript string. */
  static String js(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> {
      if (c == '\\' || c == '\'' || c == '"') {
        out.append('\\').append((char) c);
      } else if (c < ' ' || "<>&=".indexOf(c) >= 0) {
        out.append(String.format("\\u%04X", c));
      } else if (c < 0x80 || Quoting.isPrintable(c)) {
        out.appendCodePoint(c);
      } else {
        out.append(String.format("\\u%04X", c));
      }
    });
    return out.toString();
  }

  /** For a query parameter of a URL: blanks become plus signs. */
  public static String query(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
  }
}
