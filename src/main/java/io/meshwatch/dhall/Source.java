package io.meshwatch.dhall;

import java.util.Arrays;

/** A text with a name; finds line and column of an offset. Confined to one load. */
final class Source {
  static final Source NOWHERE = new Source("", "");

  final String name;
  final String text;
  private int[] lineStarts = new int[0];

  Source(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** The line of an offset, from 1. */
  int line(int offset) {
    int found = Arrays.binarySearch(lineStarts(), offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** The column of an offset in characters (code points), from 1. */
  int column(int offset) {
    return text.codePointCount(lineStarts()[line(offset) - 1], offset) + 1;
  }

  private int[] lineStarts() {
    if (lineStarts.length == 0) {
      int[] starts = new int[16];
      int lines = 1;
      for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
        if (lines == starts.length) {
          starts = Arrays.copyOf(starts, lines * 2);
        }
        starts[lines++] = at + 1;
      }
      lineStarts = Arrays.copyOf(starts, lines);
    }
    return lineStarts;
  }
}
