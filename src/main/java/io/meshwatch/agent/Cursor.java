package io.meshwatch.agent;

import java.nio.charset.StandardCharsets;

/** Walks over the bytes of a kernel file, word by word and line by line, without making strings of numbers. Confined to one thread. */
final class Cursor {
  private final byte[] bytes;
  private final int end;
  private int at;

  Cursor(byte[] bytes, int end) {
    this.bytes = bytes;
    this.end = end;
  }

  boolean atEnd() {
    return at >= end;
  }

  boolean atLineEnd() {
    skipSpaces();
    return at >= end || bytes[at] == '\n';
  }

  /** Goes to the begin of the next line. */
  void nextLine() {
    while (at < end && bytes[at] != '\n') {
      at++;
    }
    at = Math.min(at + 1, end);
  }

  /** Whether the text stands here; does not move. */
  boolean startsWith(String text) {
    if (at + text.length() > end) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Skips the text if it stands here. */
  boolean skip(String text) {
    boolean there = startsWith(text);
    at += there ? text.length() : 0;
    return there;
  }

  /** The next word of this line; empty at its end. */
  String word() {
    skipSpaces();
    int from = at;
    while (at < end && bytes[at] > ' ') {
      at++;
    }
    return new String(bytes, from, at - from, StandardCharsets.UTF_8);
  }

  /** Everything up to a character, which is skipped too; or up to the end of the line. */
  String until(char stop) {
    skipSpaces();
    int from = at;
    while (at < end && bytes[at] != stop && bytes[at] != '\n') {
      at++;
    }
    String text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
    if (at < end && bytes[at] == stop) {
      at++;
    }
    return text;
  }

  /** The next whole number of this line; what is no digit ends it. Numbers beyond 63 bits wrap as the kernel's own do. */
  long number() {
    skipSpaces();
    boolean negative = at < end && bytes[at] == '-';
    at += negative ? 1 : 0;
    long number = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      number = number * 10 + bytes[at++] - '0';
    }
    return negative ? -number : number;
  }

  private void skipSpaces() {
    while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
      at++;
    }
  }
}
