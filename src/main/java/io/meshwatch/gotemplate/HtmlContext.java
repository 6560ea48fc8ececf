package io.meshwatch.gotemplate;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where in an HTML document a template's output stands, so that each value is escaped for its place. It follows the output as it is
 * written, literal text and values alike, so branches, loops and called templates need no analysis of their own. Comments of the
 * template's text are left out. Confined to one execution.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/parsing.html#tokenization">HTML, tokenization</a>
 */
final class HtmlContext {
  private static final Set<String> RAW_ELEMENTS = Set.of("script", "style", "textarea", "title");
  private static final Set<String> URL_ATTRIBUTES = Set.of("action", "archive", "background", "cite", "classid", "codebase", "data", "formaction",
      "href", "icon", "longdesc", "manifest", "poster", "profile", "src", "srcset", "usemap", "xlink:href", "ping");

  /** What the value of an attribute does. */
  enum AttributeKind {
    PLAIN,
    URL,
    SCRIPT,
    STYLE
  }

  private enum State {
    TEXT,
    COMMENT,
    TAG_NAME,
    TAG,
    ATTRIBUTE_NAME,
    BEFORE_VALUE,
    VALUE,
    /** Inside script, style, textarea or title. */
    RAW
  }

  private State state = State.TEXT;
  private final StringBuilder name = new StringBuilder();
  private String element = "";
  private boolean closing;
  private AttributeKind kind = AttributeKind.PLAIN;
  /** The quotation mark around the value; 0 = none. */
  private char quote;
  /** The value of the attribute so far, or of the script so far. */
  private final StringBuilder value = new StringBuilder();

  static AttributeKind kindOf(String attribute) {
    String lower = attribute.toLowerCase(Locale.ROOT);
    String plain = lower.startsWith("data-") ? lower.substring("data-".length()) : lower;
    if (plain.startsWith("on")) {
      return AttributeKind.SCRIPT;
    }
    if (plain.equals("style")) {
      return AttributeKind.STYLE;
    }
    boolean url = URL_ATTRIBUTES.contains(plain) || plain.contains("src") || plain.contains("uri") || plain.contains("url") || plain.startsWith("xmlns");
    return url ? AttributeKind.URL : AttributeKind.PLAIN;
  }

  /** Whether the document stands between tags, as it must at its end. */
  boolean isText() {
    return state == State.TEXT;
  }

  /** Takes text of the template; gives what is to be written of it. */
  String literal(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      at = state == State.COMMENT ? inComment(text, at) : step(text, at, out);
    }
    return out.toString();
  }

  private int inComment(String text, int at) {
    int end = text.indexOf("-->", at);
    if (end < 0) {
      return text.length();
    }
    state = State.TEXT;
    return end + 3;
  }

  private int step(String text, int at, StringBuilder out) {
    char c = text.charAt(at);
    if (state == State.TEXT && text.startsWith("<!--", at)) {
      state = State.COMMENT;
      return at + 4;
    }
    out.append(c);
    switch (state) {
      case TEXT -> inText(text, at);
      case TAG_NAME -> inTagName(c);
      case TAG -> inTag(c);
      case ATTRIBUTE_NAME -> inAttributeName(c);
      case BEFORE_VALUE -> beforeValue(c);
      case VALUE -> inValue(c);
      case RAW -> inRaw(text, at);
      case COMMENT -> throw new IllegalStateException("comments are handled before");
    }
    return at + 1;
  }

  private void inText(String text, int at) {
    if (text.charAt(at) == '<' && at + 1 < text.length()) {
      char next = text.charAt(at + 1);
      closing = next == '/';
      if (closing || Character.isLetter(next)) {
        state = State.TAG_NAME;
        name.setLength(0);
      }
    }
  }

  private void inTagName(char c) {
    if (c == '>' || Character.isWhitespace(c)) {
      element = name.toString().toLowerCase(Locale.ROOT);
      state = State.TAG;
      inTag(c);
    } else if (c != '/') {
      name.append(c);
    }
  }

  private void inTag(char c) {
    if (c == '>') {
      boolean raw = !closing && RAW_ELEMENTS.contains(element);
      state = raw ? State.RAW : State.TEXT;
      value.setLength(0);
    } else if (!Character.isWhitespace(c) && c != '/') {
      state = State.ATTRIBUTE_NAME;
      name.setLength(0);
      name.append(c);
    }
  }

  private void inAttributeName(char c) {
    if (c == '=') {
      state = State.BEFORE_VALUE;
      kind = kindOf(name.toString());
    } else if (c == '>' || Character.isWhitespace(c)) {
      state = State.TAG;
      inTag(c);
    } else {
      name.append(c);
    }
  }

  private void beforeValue(char c) {
    if (Character.isWhitespace(c)) {
      return;
    }
    value.setLength(0);
    quote = c == '"' || c == '\'' ? c : 0;
    state = State.VALUE;
    if (quote == 0) {
      inValue(c);
    }
  }

  private void inValue(char c) {
    boolean ends = quote == 0 ? c == '>' || Character.isWhitespace(c) : c == quote;
    if (!ends) {
      value.append(c);
      return;
    }
    state = State.TAG;
    if (quote == 0) {
      inTag(c);
    }
  }

  private void inRaw(String text, int at) {
    value.append(text.charAt(at));
    if (text.charAt(at) == '<' && text.regionMatches(true, at + 1, "/" + element, 0, element.length() + 1)) {
      state = State.TAG_NAME;
      closing = true;
      name.setLength(0);
    }
  }

  /** A value made harmless for this place. */
  String value(@Nullable Object raw) {
    String text = raw == null ? "" : GoFormat.value(raw);
    return switch (state) {
      case TEXT -> isSafe(raw, SafeContent.Kind.HTML) ? text : HtmlEscapes.text(text);
      case COMMENT -> "";
      case TAG_NAME, TAG, ATTRIBUTE_NAME -> attributeName(text);
      case BEFORE_VALUE -> firstInValue(raw, text);
      case VALUE -> inValue(raw, text);
      case RAW -> inRaw(raw, text);
    };
  }

  private static boolean isSafe(@Nullable Object raw, SafeContent.Kind kind) {
    return raw instanceof SafeContent safe && safe.kind() == kind;
  }

  private String attributeName(String text) {
    String harmless = HtmlEscapes.attributeName(text);
    state = State.ATTRIBUTE_NAME;
    name.append(harmless);
    return harmless;
  }

  private String firstInValue(@Nullable Object raw, String text) {
    state = State.VALUE;
    quote = 0;
    value.setLength(0);
    return inValue(raw, text);
  }

  private String inValue(@Nullable Object raw, String text) {
    String harmless = switch (kind) {
      case PLAIN -> text;
      case URL -> url(raw, text);
      case SCRIPT -> script(raw, text);
      case STYLE -> HtmlEscapes.css(text);
    };
    value.append(text.isEmpty() ? "" : "x");
    if (quote == 0) {
      return HtmlEscapes.unquoted(harmless);
    }
    return kind == AttributeKind.PLAIN && isSafe(raw, SafeContent.Kind.HTML) ? HtmlEscapes.ofHtml(harmless) : HtmlEscapes.text(harmless);
  }

  private String url(@Nullable Object raw, String text) {
    boolean safe = isSafe(raw, SafeContent.Kind.URL);
    boolean inQuery = value.indexOf("?") >= 0 || value.indexOf("#") >= 0;
    if (inQuery) {
      return safe ? HtmlEscapes.normalizedUrl(text) : HtmlEscapes.urlPart(text);
    }
    return HtmlEscapes.normalizedUrl(safe || !value.isEmpty() ? text : HtmlEscapes.address(text));
  }

  private String inRaw(@Nullable Object raw, String text) {
    return switch (element) {
      case "script" -> script(raw, text);
      case "style" -> HtmlEscapes.css(text);
      default -> isSafe(raw, SafeContent.Kind.HTML) ? HtmlEscapes.ofHtml(text) : HtmlEscapes.text(text);
    };
  }

  private String script(@Nullable Object raw, String text) {
    return endsWithinText(value) ? HtmlEscapes.scriptText(text) : HtmlEscapes.script(raw == null ? "" : raw);
  }

  /** Whether a script so far ends within a text of its language. */
  private static boolean endsWithinText(CharSequence script) {
    char open = 0;
    for (int i = 0; i < script.length(); i++) {
      char c = script.charAt(i);
      if (open != 0 && c == '\\') {
        i++;
      } else if (c == open) {
        open = 0;
      } else if (open == 0 && (c == '"' || c == '\'' || c == '`')) {
        open = c;
      }
    }
    return open != 0;
  }
}
