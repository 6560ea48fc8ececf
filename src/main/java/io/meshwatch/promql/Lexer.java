package io.meshwatch.promql;

import io.meshwatch.model.Names;
import io.meshwatch.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Cuts PromQL into tokens. What is allowed where depends on braces and brackets, so the lexer follows them. It stops at the
 * first mistake with an {@link Kind#ERROR} token, which the parser reports when it gets there.
 */
final class Lexer {
  private static final Set<String> KEYWORDS = Set.of("offset", "by", "without", "on", "ignoring", "group_left", "group_right",
      "bool", "anchored", "smoothed", "fill", "fill_left", "fill_right");
  private static final Set<String> WORD_OPERATORS = Set.of("and", "or", "unless", "atan2");
  private static final Set<String> WORDS_IN_BRACKETS = Set.of("step", "range", "min_of", "max_of");
  private static final Map<Character, Kind> SINGLE = Map.of(',', Kind.COMMA, '*', Kind.OPERATOR, '/', Kind.OPERATOR, '%',
      Kind.OPERATOR, '+', Kind.OPERATOR, '-', Kind.OPERATOR, '^', Kind.OPERATOR, '@', Kind.OPERATOR);
  private static final char END = '\uFFFF';

  private final String input;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int start;
  private int parenDepth;
  private boolean inBraces;
  private boolean inBrackets;
  private boolean colonSeen;

  private Lexer(String input) {
    this.input = input;
  }

  /** All tokens; the last one is {@link Kind#END} or {@link Kind#ERROR}. */
  static List<Token> tokens(String input) {
    Lexer lexer = new Lexer(input);
    while (lexer.step()) {}
    return lexer.tokens;
  }

  private boolean step() {
    skipBlanks();
    start = at;
    if (at >= input.length()) {
      return end();
    }
    char c = input.charAt(at);
    if (inBraces) {
      return inBraces(c);
    }
    if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
      return number();
    }
    if (c == '"' || c == '\'' || c == '`') {
      return string();
    }
    if (isLetter(c) || (c == ':' && !inBrackets)) {
      return word();
    }
    return symbol(c);
  }

  private void skipBlanks() {
    while (at < input.length()) {
      char c = input.charAt(at);
      if (c == '#') {
        int newline = input.indexOf('\n', at);
        at = newline < 0 ? input.length() : newline;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        return;
      }
    }
  }

  private boolean end() {
    if (inBraces) {
      return error("unexpected end of input inside braces");
    }
    if (parenDepth != 0) {
      return error("unclosed left parenthesis");
    }
    if (inBrackets) {
      return error("unclosed left bracket");
    }
    tokens.add(new Token(Kind.END, "", at, at));
    return false;
  }

  private boolean inBraces(char c) {
    if (isLetter(c) || isDigit(c)) {
      while (isLetter(peek(0)) || isDigit(peek(0))) {
        at++;
      }
      return emit(Kind.IDENTIFIER);
    }
    return switch (c) {
      case '"', '\'', '`' -> string();
      case ',' -> emit(Kind.COMMA, 1);
      case '=' -> emit(Kind.MATCH_OPERATOR, peek(1) == '~' ? 2 : 1);
      case '!' -> exclamationInBraces();
      case '{' -> error("unexpected left brace '{'");
      case '}' -> {
        inBraces = false;
        yield emit(Kind.RIGHT_BRACE, 1);
      }
      default -> error("unexpected character inside braces: " + quoteCharacter(at));
    };
  }

  private boolean exclamationInBraces() {
    if (peek(1) == '~' || peek(1) == '=') {
      return emit(Kind.MATCH_OPERATOR, 2);
    }
    return error("unexpected character after '!' inside braces: " + quoteCharacter(at + 1));
  }

  private boolean symbol(char c) {
    Kind single = SINGLE.get(c);
    if (single != null) {
      return emit(single, 1);
    }
    return switch (c) {
      case '=' -> {
        if (peek(1) == '~') {
          yield error("unexpected character after '=': '~'");
        }
        yield peek(1) == '=' ? emit(Kind.OPERATOR, 2) : emit(Kind.MATCH_OPERATOR, 1);
      }
      case '!' -> peek(1) == '=' ? emit(Kind.OPERATOR, 2) : error("unexpected character after '!': " + quoteCharacter(at + 1));
      case '<', '>' -> emit(Kind.OPERATOR, peek(1) == '=' || peek(1) == '/' ? 2 : 1);
      case '(' -> {
        parenDepth++;
        yield emit(Kind.LEFT_PAREN, 1);
      }
      case ')' -> parenDepth-- > 0 ? emit(Kind.RIGHT_PAREN, 1) : error("unexpected right parenthesis ')'");
      case '{' -> {
        inBraces = true;
        yield emit(Kind.LEFT_BRACE, 1);
      }
      case '[', ']', ':' -> bracket(c);
      default -> error("unexpected character: " + quoteCharacter(at));
    };
  }

  private boolean bracket(char c) {
    if (c == '[') {
      if (inBrackets) {
        return error("unexpected left bracket '['");
      }
      inBrackets = true;
      colonSeen = false;
      return emit(Kind.LEFT_BRACKET, 1);
    }
    if (c == ']') {
      if (!inBrackets) {
        return error("unexpected right bracket ']'");
      }
      inBrackets = false;
      return emit(Kind.RIGHT_BRACKET, 1);
    }
    if (colonSeen) {
      return error("unexpected colon ':'");
    }
    colonSeen = true;
    return emit(Kind.COLON, 1);
  }

  private boolean word() {
    while (isLetter(peek(0)) || isDigit(peek(0)) || (peek(0) == ':' && !inBrackets)) {
      at++;
    }
    String word = input.substring(start, at).toLowerCase(Locale.ROOT);
    if (inBrackets && !WORDS_IN_BRACKETS.contains(word)) {
      return error("unexpected character: " + quoteCharacter(start) + ", expected ':'");
    }
    if (KEYWORDS.contains(word)) {
      return emit(Kind.KEYWORD);
    }
    if (WORD_OPERATORS.contains(word)) {
      return emit(Kind.OPERATOR);
    }
    if (AggregateOp.find(word) != null) {
      return emit(Kind.AGGREGATE);
    }
    if (word.equals("inf") || word.equals("nan")) {
      return emit(Kind.NUMBER);
    }
    return emit(word.indexOf(':') >= 0 ? Kind.METRIC_IDENTIFIER : Kind.IDENTIFIER);
  }

  private boolean number() {
    if (scanNumber()) {
      return emit(Kind.NUMBER);
    }
    if (scanRestOfDuration()) {
      return emit(Kind.DURATION);
    }
    return error("bad number or duration syntax: " + Names.quote(input.substring(start, at)));
  }

  /** Digits, at most one dot and one exponent, underscores between digits; hexadecimal without dot. */
  private boolean scanNumber() {
    boolean hex = peek(0) == '0' && (peek(1) == 'x' || peek(1) == 'X');
    at += hex ? 2 : 0;
    boolean dotSeen = false;
    boolean exponentSeen = false;
    while (true) {
      char c = peek(0);
      if (isDigit(c) || (hex && isHexDigit(c))) {
        at++;
      } else if (c == '.') {
        at++;
        if (dotSeen || exponentSeen || hex || peek(0) == '_' || peek(0) == '.') {
          return false;
        }
        dotSeen = true;
      } else if (!hex && (c == 'e' || c == 'E')) {
        at++;
        if (peek(0) == '+' || peek(0) == '-') {
          at++;
        }
        if (exponentSeen || !isDigit(peek(0))) {
          return false;
        }
        exponentSeen = true;
      } else if (c == '_') {
        at++;
        if (!isDigit(peek(0)) && !(hex && isHexDigit(peek(0)))) {
          return false;
        }
      } else {
        break;
      }
    }
    return !isLetter(peek(0));
  }

  /** After a number: a unit, then more numbers with units. That units descend is checked when the duration is read. */
  private boolean scanRestOfDuration() {
    if (!scanUnit()) {
      return false;
    }
    while (isDigit(peek(0))) {
      while (isDigit(peek(0))) {
        at++;
      }
      if (!scanUnit()) {
        return false;
      }
    }
    if (isLetter(peek(0))) {
      at++;
      return false;
    }
    return true;
  }

  private boolean scanUnit() {
    if ("smhdwy".indexOf(peek(0)) < 0) {
      return false;
    }
    at++;
    if (peek(0) == 's') {
      at++;
    }
    return true;
  }

  private boolean string() {
    try {
      at = StringLiterals.endOf(input, at);
    } catch (IllegalArgumentException e) {
      return error(e.getMessage() == null ? "unterminated string" : e.getMessage());
    }
    return emit(Kind.STRING);
  }

  private boolean emit(Kind kind, int length) {
    at = start + length;
    return emit(kind);
  }

  private boolean emit(Kind kind) {
    tokens.add(new Token(kind, input.substring(start, at), start, at));
    return true;
  }

  private boolean error(String message) {
    tokens.add(new Token(Kind.ERROR, message, start, input.length()));
    return false;
  }

  private char peek(int ahead) {
    return at + ahead < input.length() ? input.charAt(at + ahead) : END;
  }

  private String quoteCharacter(int index) {
    if (index >= input.length()) {
      return "'\\x00'";
    }
    return "'" + new StringBuilder().appendCodePoint(input.codePointAt(index)) + "'";
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHexDigit(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
