package io.meshwatch.model;

/**
 * What may be called how. Since Prometheus 3 every non-empty UTF-8 text is a valid metric or label name; the older, "legacy"
 * alphabet decides only whether a name must be quoted when it is printed.
 *
 * @see <a href="https://prometheus.io/docs/concepts/data_model/">Data model</a>
 */
public final class Names {
  private Names() {}

  /** Whether a text may be a metric or label name: not empty and valid Unicode. */
  public static boolean isValid(String name) {
    return !name.isEmpty() && isUnicode(name);
  }

  /** Whether a text has no lone surrogates, which stand for bytes that are not UTF-8. */
  public static boolean isUnicode(String text) {
    return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** Whether a metric name matches {@code [a-zA-Z_:][a-zA-Z0-9_:]*}. */
  public static boolean isLegacyMetricName(String name) {
    return isLegacy(name, true);
  }

  /** Whether a label name matches {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
  public static boolean isLegacyLabelName(String name) {
    return isLegacy(name, false);
  }

  private static boolean isLegacy(String name, boolean colonAllowed) {
    if (name.isEmpty()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colonAllowed && c == ':');
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  /** The label name as it is, or quoted if it is not a legacy name. */
  public static String quoteUnlessLegacy(String labelName) {
    return isLegacyLabelName(labelName) ? labelName : quote(labelName);
  }

  /** A text in double quotes, escaped as Go's {@code strconv.Quote} does: what PromQL and Prometheus' errors show. */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    text.codePoints().forEach(c -> appendEscaped(quoted, c));
    return quoted.append('"').toString();
  }

  private static void appendEscaped(StringBuilder out, int c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0x07 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case 0x0B -> out.append("\\v");
      default -> {
        if (c < 0x20 || c == 0x7F) {
          out.append(String.format("\\x%02x", c));
        } else if (isUnprintable(c)) {
          out.append(c > 0xFFFF ? String.format("\\U%08x", c) : String.format("\\u%04x", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  private static boolean isUnprintable(int c) {
    if (c == ' ') {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
          Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }
}
