package io.meshwatch.promql;

import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.Token.Kind;
import java.util.List;

/** The tokens of one expression, read from left to right, with the mistakes that can be made on the way. Confined to its parser. */
final class TokenReader {
  private final String input;
  private final List<Token> tokens;
  private int at;
  /** Expressions that are open now. */
  private int open;

  TokenReader(String input) {
    this.input = input;
    this.tokens = Lexer.tokens(input);
  }

  /** The token that comes next. */
  Token peek() {
    return peek(0);
  }

  /** A token further on; the last one again beyond the end. */
  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  /** Takes the next token; what the lexer could not read is thrown here. */
  Token next() {
    Token token = peek();
    if (token.kind() == Kind.ERROR) {
      throw error(token.position(), token.text());
    }
    at++;
    return token;
  }

  /** The token that was taken last. */
  Token previous() {
    return tokens.get(at - 1);
  }

  /** Takes a token of this kind, or says what was expected. */
  Token expect(Kind kind, String context, String expected) {
    if (peek().kind() != kind) {
      throw unexpected(context, expected);
    }
    return next();
  }

  /** Takes the next token if it is this word. */
  boolean acceptKeyword(String word) {
    boolean found = peek().is(Kind.KEYWORD, word);
    at += found ? 1 : 0;
    return found;
  }

  /** Goes one level deeper. */
  void enter(Position position) {
    if (++open > Parser.NESTING_MAX) {
      throw tooDeep(position, Parser.NESTING_MAX);
    }
  }

  /** Leaves so many levels. */
  void leave(int levels) {
    open -= levels;
  }

  /** The height of a node over parts of this height. */
  int deeper(int heightBelow, Position position) {
    if (heightBelow >= Parser.HEIGHT_MAX) {
      throw tooDeep(position, Parser.HEIGHT_MAX);
    }
    return heightBelow + 1;
  }

  private ParseException tooDeep(Position position, int levelsMax) {
    return error(position, "expression is nested too deeply, at most " + levelsMax + " levels are allowed");
  }

  /** The mistake that the next token is. */
  ParseException unexpected(String context, String expected) {
    Token token = peek();
    if (token.kind() == Kind.ERROR) {
      return error(token.position(), token.text());
    }
    String message = "unexpected " + token.describe() + (context.isEmpty() ? "" : " in " + context)
        + (expected.isEmpty() ? "" : ", expected " + expected);
    return error(token.position(), message);
  }

  /** A mistake at a place. */
  ParseException error(Position position, String message) {
    return ParseException.at(input, position, message);
  }

  // Literals

  /** The seconds of a duration. */
  double seconds(Token token) {
    try {
      return PromDuration.parseMillis(token.text()) / 1000.0;
    } catch (IllegalArgumentException e) {
      throw error(token.position(), String.valueOf(e.getMessage()));
    }
  }

  /** The value of a number. */
  double number(Token token) {
    try {
      return NumberText.parseLiteral(token.text());
    } catch (NumberFormatException e) {
      throw error(token.position(), "error parsing number: " + e.getMessage());
    }
  }
}
