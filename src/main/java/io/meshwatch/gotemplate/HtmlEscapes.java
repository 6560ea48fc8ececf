package io.meshwatch.gotemplate;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Values made harmless for one place of an HTML document, as Go's html/template does it.
 *
 * @see <a href="https://pkg.go.dev/html/template#hdr-Contexts">html/template, contexts</a>
 */
final class HtmlEscapes {
  /** What stands in for a value that must not appear where the template puts it. */
  static final String REFUSED = "ZgotmplZ";

  private static final String RESERVED = "!#$&*+,/:;=?@[]";
  private static final String UNRESERVED = "-._~";
  private static final Map<Character, String> ATTRIBUTE = Map.of('\0', "\uFFFD", '"', "&#34;", '&', "&amp;", '\'', "&#39;", '+', "&#43;",
      '<', "&lt;", '>', "&gt;");
  private static final Map<Character, String> NO_SPACE = Map.of('\t', "&#9;", '\n', "&#10;", '\u000b', "&#11;", '\f', "&#12;", '\r', "&#13;",
      ' ', "&#32;", '=', "&#61;", '`', "&#96;");
  /** What could end the element, or a line of the script. */
  private static final String JSON_ESCAPED = "<>&\u2028\u2029";
  private static final String SCRIPT_ESCAPED = "\"'`<>&+$\u2028\u2029";
  private static final Pattern TAGS = Pattern.compile("<[^>]*>?");
  private static final Pattern CSS_PLAIN = Pattern.compile("[A-Za-z0-9 _#%.,-]*");
  private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private HtmlEscapes() {}

  /** For text between tags and quoted values of attributes. */
  static String text(String value) {
    return replaced(value, false, true);
  }

  /** For quoted values, of a text that is HTML already: its tags go, its entities stay. */
  static String ofHtml(String html) {
    return replaced(TAGS.matcher(html).replaceAll(""), false, false);
  }

  /** For a value without quotes around it; it must not end early, and an empty one would take what follows. */
  static String unquoted(String value) {
    return value.isEmpty() ? REFUSED : replaced(value, true, true);
  }

  private static String replaced(String value, boolean noSpace, boolean ampersands) {
    StringBuilder out = new StringBuilder(value.length() + 16);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      String replacement = c == '&' && !ampersands ? null : ATTRIBUTE.get(c);
      if (replacement == null && noSpace) {
        replacement = NO_SPACE.get(c);
      }
      out.append(replacement == null ? String.valueOf(c) : replacement);
    }
    return out.toString();
  }

  /** An address at the start of an attribute: only http, https, mailto and relative ones. */
  static String address(String url) {
    int colon = url.indexOf(':');
    boolean hasScheme = colon >= 0 && url.substring(0, colon).indexOf('/') < 0;
    String scheme = hasScheme ? url.substring(0, colon).toLowerCase(Locale.ROOT) : "";
    boolean harmless = !hasScheme || scheme.equals("http") || scheme.equals("https") || scheme.equals("mailto");
    return harmless ? url : "#" + REFUSED;
  }

  /** Percent-encodes what an address must not hold; characters with a meaning in addresses stay. */
  static String normalizedUrl(String url) {
    return percentEncoded(url, true);
  }

  /** Percent-encodes everything that has a meaning in addresses too: for one part of a query. */
  static String urlPart(String text) {
    return percentEncoded(text, false);
  }

  private static String percentEncoded(String text, boolean keepsReserved) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length + 16);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xFF);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      boolean encoded = c == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
      if (plain || (keepsReserved && (RESERVED.indexOf(c) >= 0 || encoded))) {
        out.append(c);
      } else {
        out.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
      }
    }
    return out.toString();
  }

  private static boolean isHex(byte b) {
    return Character.digit((char) b, 16) >= 0;
  }

  /** A property's value in a style sheet: nothing that could end it or call something. */
  static String css(String value) {
    String words = value.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    boolean calls = words.contains("expression") || words.contains("mozbinding");
    return CSS_PLAIN.matcher(value).matches() && !calls ? value : REFUSED;
  }

  /** The name of an attribute that neither runs nor loads anything. */
  static String attributeName(String name) {
    return ATTRIBUTE_NAME.matcher(name).matches() && HtmlContext.kindOf(name) == HtmlContext.AttributeKind.PLAIN ? name : REFUSED;
  }

  /** A value in a script: a literal of JavaScript, a text as Go's encoding/json writes it. */
  static String script(Object value) {
    return switch (Values.plain(value)) {
      case Boolean truth -> " " + truth + " ";
      case Long number -> " " + number + " ";
      case Double number when Double.isFinite(number) -> " " + GoFormat.value(number) + " ";
      case null -> " null ";
      case Object other -> jsonText(GoFormat.value(other));
    };
  }

  private static String jsonText(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> appendScript(c, c < ' ' || JSON_ESCAPED.indexOf(c) >= 0, out);
      }
    }
    return out.append('"').toString();
  }

  private static void appendScript(char c, boolean escaped, StringBuilder out) {
    if (escaped) {
      out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
    } else {
      out.append(c);
    }
  }

  /** Within a text of JavaScript. */
  static String scriptText(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '/' -> out.append("\\/");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> appendScript(c, c < ' ' || c == 0x7F || SCRIPT_ESCAPED.indexOf(c) >= 0, out);
      }
    }
    return out.toString();
  }
}
