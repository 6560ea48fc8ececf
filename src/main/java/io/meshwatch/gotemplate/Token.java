package io.meshwatch.gotemplate;

/**
 * A word of a template.
 *
 * @param kind what it is
 * @param text as written
 * @param offset where it starts in the template, in characters
 * @param line its line, from 1
 */
record Token(Kind kind, String text, int offset, int line) {
  /** Kinds of words. */
  enum Kind {
    /** The text is what is wrong. */
    ERROR,
    END_OF_TEXT,
    TEXT,
    LEFT_DELIMITER,
    RIGHT_DELIMITER,
    SPACE,
    ASSIGN,
    DECLARE,
    PIPE,
    LEFT_PARENTHESIS,
    RIGHT_PARENTHESIS,
    DOT,
    FIELD,
    VARIABLE,
    IDENTIFIER,
    KEYWORD,
    BOOLEAN,
    NIL,
    NUMBER,
    CHARACTER_CONSTANT,
    STRING,
    RAW_STRING,
    /** Any other character, such as the comma. */
    CHARACTER
  }

  private static final int SHOWN_CHARACTERS_MAX = 10;

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isKeyword(String word) {
    return kind == Kind.KEYWORD && text.equals(word);
  }

  /** As messages show it. */
  @Override
  public String toString() {
    return switch (kind) {
      case END_OF_TEXT -> "EOF";
      case ERROR -> text;
      case KEYWORD -> "<" + text + ">";
      default -> text.length() > SHOWN_CHARACTERS_MAX
          ? Values.quote(text.substring(0, SHOWN_CHARACTERS_MAX)) + "..."
          : Values.quote(text);
    };
  }
}
