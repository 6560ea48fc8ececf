package io.meshwatch.dhall;

/** A binary operator; declared from the loosest to the tightest, all bind to the left. */
enum Operator {
  EQUIVALENT("≡", "===", 12, 0),
  ALTERNATIVE("?", "?", 11, 1),
  OR("||", "||", 0, 2),
  PLUS("+", "+", 4, 3),
  TEXT_APPEND("++", "++", 6, 4),
  LIST_APPEND("#", "#", 7, 5),
  AND("&&", "&&", 1, 6),
  COMBINE("∧", "/\\", 8, 7),
  PREFER("⫽", "//", 9, 8),
  COMBINE_TYPES("⩓", "//\\\\", 10, 9),
  TIMES("*", "*", 5, 10),
  EQUAL("==", "==", 2, 11),
  NOT_EQUAL("!=", "!=", 3, 12);

  /** Level of the operators that bind the tightest. */
  static final int TIGHTEST = 12;

  /** One character where Unicode has one. */
  final String symbol;
  /** What is typed on a keyboard. */
  final String ascii;
  /** Number in the binary form. */
  final int code;
  /** How tightly it binds: 0 is the loosest. */
  final int level;

  Operator(String symbol, String ascii, int code, int level) {
    this.symbol = symbol;
    this.ascii = ascii;
    this.code = code;
    this.level = level;
  }
}
