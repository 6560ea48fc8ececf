package io.meshwatch.exposition;

import io.meshwatch.model.Names;

/**
 * Ways to write a name outside of the old alphabet for those who know only that.
 *
 * @see <a href="https://github.com/prometheus/proposals/blob/main/proposals/0028-utf8.md">Proposal 28, UTF-8 names</a>
 */
public enum NameEscaping {
  /** Names as they are. */
  ALLOW_UTF_8("allow-utf-8"),
  /** Every character outside of the alphabet becomes an underscore. */
  UNDERSCORES("underscores"),
  /** As underscores, but a dot becomes {@code _dot_} and an underscore two: dots can be found again. */
  DOTS("dots"),
  /** {@code U__} in front and code points in hexadecimal: the whole name can be found again. */
  VALUES("values");

  private final String text;

  NameEscaping(String text) {
    this.text = text;
  }

  /** The value of the {@code escaping} parameter in media types. */
  public String text() {
    return text;
  }

  public String escape(String name) {
    return switch (this) {
      case ALLOW_UTF_8 -> name;
      case UNDERSCORES -> Names.isLegacyMetricName(name) ? name : underscores(name);
      case DOTS -> dots(name);
      case VALUES -> Names.isLegacyMetricName(name) ? name : values(name);
    };
  }

  private static String underscores(String name) {
    StringBuilder out = new StringBuilder(name.length());
    int[] codePoints = name.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      out.append(isLegacy(codePoints[i], i) ? (char) codePoints[i] : '_');
    }
    return out.toString();
  }

  private static String dots(String name) {
    StringBuilder out = new StringBuilder(name.length() * 2);
    int[] codePoints = name.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      int c = codePoints[i];
      if (c == '_') {
        out.append("__");
      } else if (c == '.') {
        out.append("_dot_");
      } else {
        out.append(isLegacy(c, i) ? String.valueOf((char) c) : "__");
      }
    }
    return out.toString();
  }

  private static String values(String name) {
    StringBuilder out = new StringBuilder("U__");
    int[] codePoints = name.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      int c = codePoints[i];
      if (c == '_') {
        out.append("__");
      } else if (isLegacy(c, i)) {
        out.append((char) c);
      } else {
        out.append('_').append(Integer.toHexString(c)).append('_');
      }
    }
    return out.toString();
  }

  private static boolean isLegacy(int c, int position) {
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
    return letter || (c >= '0' && c <= '9' && position > 0);
  }
}
