package io.meshwatch.dhall;

/** What an import gives: an expression, or something about the file. */
enum ImportMode {
  CODE("", 0),
  TEXT("Text", 1),
  LOCATION("Location", 2),
  BYTES("Bytes", 3);

  /** The word after {@code as}. */
  final String word;

  /** Number in the binary form. */
  final int code;

  ImportMode(String word, int code) {
    this.word = word;
    this.code = code;
  }
}
