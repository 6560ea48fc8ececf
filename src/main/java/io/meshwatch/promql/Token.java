package io.meshwatch.promql;

import io.meshwatch.model.Names;

/**
 * One word of PromQL.
 *
 * @param text as written; for {@link Kind#ERROR} the message
 */
record Token(Kind kind, String text, int start, int end) {
  enum Kind {
    END(""),
    /** The lexer could not go on. */
    ERROR(""),
    IDENTIFIER("identifier"),
    /** A name with a colon: of a metric only. */
    METRIC_IDENTIFIER("metric identifier"),
    NUMBER("number"),
    DURATION("duration"),
    STRING("string"),
    /** Binary operators and {@code @}. */
    OPERATOR(""),
    AGGREGATE(""),
    KEYWORD(""),
    /** {@code =}, {@code =~}, {@code !~}. */
    MATCH_OPERATOR(""),
    LEFT_PAREN(""),
    RIGHT_PAREN(""),
    LEFT_BRACE(""),
    RIGHT_BRACE(""),
    LEFT_BRACKET(""),
    RIGHT_BRACKET(""),
    COMMA(""),
    COLON("");

    /** What messages call it in front of its text; empty where the text says enough. */
    private final String description;

    Kind(String description) {
      this.description = description;
    }
  }

  private static final int QUOTED_CHARACTERS_MAX = 10;

  Position position() {
    return new Position(start, end);
  }

  boolean is(Kind expected, String lowerCaseText) {
    return kind == expected && text.equalsIgnoreCase(lowerCaseText);
  }

  /** Whether it may stand in front of an operand. */
  boolean isSign() {
    return kind == Kind.OPERATOR && (text.equals("+") || text.equals("-"));
  }

  /** How messages name it: {@code <op:*>}, {@code identifier "foo"}, {@code end of input}. */
  String describe() {
    return switch (kind) {
      case END -> "end of input";
      case ERROR -> text;
      case OPERATOR -> "<op:" + text + ">";
      case AGGREGATE -> "<aggr:" + text + ">";
      case KEYWORD -> "<" + text + ">";
      case IDENTIFIER, METRIC_IDENTIFIER -> kind.description + " " + Names.quote(text);
      case NUMBER, DURATION, STRING -> kind.description + " " + shortened();
      case MATCH_OPERATOR, LEFT_PAREN, RIGHT_PAREN, LEFT_BRACE, RIGHT_BRACE, LEFT_BRACKET, RIGHT_BRACKET, COMMA, COLON -> Names.quote(text);
    };
  }

  private String shortened() {
    return text.length() > QUOTED_CHARACTERS_MAX ? Names.quote(text.substring(0, QUOTED_CHARACTERS_MAX)) + "..." : Names.quote(text);
  }
}
