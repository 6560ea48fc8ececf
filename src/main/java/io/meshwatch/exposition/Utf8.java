package io.meshwatch.exposition;

/**
 * Checks UTF-8 without decoding it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3629">RFC 3629</a>
 */
final class Utf8 {
  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      int lead = bytes[i] & 0xFF;
      int length = sequenceLength(lead);
      if (length == 0 || i + length > to || !continues(bytes, i, length, lead)) {
        return false;
      }
      i += length;
    }
    return true;
  }

  private static int sequenceLength(int lead) {
    if (lead < 0x80) {
      return 1;
    }
    if (lead < 0xC2) {
      return 0;
    }
    if (lead < 0xE0) {
      return 2;
    }
    if (lead < 0xF0) {
      return 3;
    }
    return lead < 0xF5 ? 4 : 0;
  }

  private static boolean continues(byte[] bytes, int at, int length, int lead) {
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return false;
      }
    }
    if (length < 3) {
      return true;
    }
    int second = bytes[at + 1] & 0xFF;
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }
}
