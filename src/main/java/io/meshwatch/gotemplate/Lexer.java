package io.meshwatch.gotemplate;

import io.meshwatch.gotemplate.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cuts a template into words. Text between actions is one word, already trimmed where {@code {{-} and {@code -}}} ask for it;
 * comments leave none. The first mistake is the last word. Confined to one thread, used once.
 */
final class Lexer {
  private static final String LEFT = "{{";
  private static final String RIGHT = "}}";
  private static final String COMMENT_START = "/*";
  private static final String COMMENT_END = "*/";
  private static final Set<String> KEYWORDS =
      Set.of("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with");

  private final String input;
  private final List<Token> tokens = new ArrayList<>();
  private int start;
  private int at;
  private int line = 1;

  Lexer(String input) {
    this.input = input;
  }

  List<Token> tokens() {
    boolean trimNext = false;
    while (true) {
      int left = input.indexOf(LEFT, at);
      int textEnd = left < 0 ? input.length() : left;
      emitText(trimNext, left >= 0 && hasLeftTrim(left), textEnd);
      if (left < 0) {
        emit(Kind.END_OF_TEXT);
        return tokens;
      }
      trimNext = action();
      if (!tokens.isEmpty() && tokens.getLast().is(Kind.ERROR)) {
        return tokens;
      }
    }
  }

  private void emitText(boolean trimStart, boolean trimEnd, int textEnd) {
    int from = at;
    int to = textEnd;
    while (trimStart && from < to && isSpace(input.charAt(from))) {
      from++;
    }
    while (trimEnd && to > from && isSpace(input.charAt(to - 1))) {
      to--;
    }
    skipTo(from);
    at = to;
    if (to > from) {
      emit(Kind.TEXT);
    }
    skipTo(textEnd);
  }

  private boolean hasLeftTrim(int left) {
    return input.startsWith("-", left + LEFT.length())
        && left + 3 < input.length()
        && isSpace(input.charAt(left + 3));
  }

  private boolean atRightTrim() {
    return at + 1 < input.length()
        && isSpace(input.charAt(at))
        && input.charAt(at + 1) == '-'
        && input.startsWith(RIGHT, at + 2);
  }

  /** One action from its opening to its closing; whether the text after it is to be trimmed. */
  private boolean action() {
    int trimLength = hasLeftTrim(at) ? 2 : 0;
    if (input.startsWith(COMMENT_START, at + LEFT.length() + trimLength)) {
      skipTo(at + LEFT.length() + trimLength);
      return comment();
    }
    at += LEFT.length();
    emit(Kind.LEFT_DELIMITER);
    skipTo(at + trimLength);
    while (true) {
      if (atRightTrim()) {
        skipTo(at + 2);
        at += RIGHT.length();
        emit(Kind.RIGHT_DELIMITER);
        return true;
      }
      if (input.startsWith(RIGHT, at)) {
        at += RIGHT.length();
        emit(Kind.RIGHT_DELIMITER);
        return false;
      }
      word();
      if (tokens.getLast().is(Kind.ERROR)) {
        return false;
      }
    }
  }

  private boolean comment() {
    int end = input.indexOf(COMMENT_END, at);
    if (end < 0) {
      error("unclosed comment");
      return false;
    }
    skipTo(end + COMMENT_END.length());
    boolean trim = atRightTrim();
    if (trim) {
      skipTo(at + 2);
    }
    if (!input.startsWith(RIGHT, at)) {
      error("comment ends before closing delimiter");
      return false;
    }
    skipTo(at + RIGHT.length());
    return trim;
  }

  private void word() {
    if (at >= input.length()) {
      error("unclosed action");
      return;
    }
    char c = input.charAt(at);
    if (isSpace(c)) {
      spaces();
      return;
    }
    at++;
    switch (c) {
      case '=' -> emit(Kind.ASSIGN);
      case ':' -> declare();
      case '|' -> emit(Kind.PIPE);
      case '"' -> quoted();
      case '`' -> rawQuoted();
      case '\'' -> character();
      case '$' -> fieldOrVariable(Kind.VARIABLE, Kind.VARIABLE);
      case '.' -> dot();
      case '(' -> emit(Kind.LEFT_PARENTHESIS);
      case ')' -> emit(Kind.RIGHT_PARENTHESIS);
      case '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        at--;
        number();
      }
      default -> identifierOrCharacter();
    }
  }

  private void spaces() {
    while (at < input.length() && isSpace(input.charAt(at)) && !atRightTrim()) {
      at++;
    }
    emit(Kind.SPACE);
  }

  private void declare() {
    if (at < input.length() && input.charAt(at) == '=') {
      at++;
      emit(Kind.DECLARE);
    } else {
      error("expected :=");
    }
  }

  private void quoted() {
    while (at < input.length() && input.charAt(at) != '\n') {
      char c = input.charAt(at++);
      if (c == '"') {
        emit(Kind.STRING);
        return;
      }
      if (c == '\\') {
        at++;
      }
    }
    error("unterminated quoted string");
  }

  private void rawQuoted() {
    int end = input.indexOf('`', at);
    if (end < 0) {
      error("unterminated raw quoted string");
    } else {
      at = end + 1;
      emit(Kind.RAW_STRING);
    }
  }

  private void character() {
    while (at < input.length() && input.charAt(at) != '\n') {
      char c = input.charAt(at++);
      if (c == '\'') {
        emit(Kind.CHARACTER_CONSTANT);
        return;
      }
      if (c == '\\') {
        at++;
      }
    }
    error("unterminated character constant");
  }

  private void dot() {
    if (at < input.length() && Character.isDigit(input.charAt(at))) {
      at--;
      number();
    } else {
      fieldOrVariable(Kind.FIELD, Kind.DOT);
    }
  }

  private void fieldOrVariable(Kind kind, Kind alone) {
    if (atTerminator()) {
      emit(alone);
      return;
    }
    skipAlphanumeric();
    if (atTerminator()) {
      emit(kind);
    } else {
      error("bad character " + Values.unicode(input.codePointAt(at)));
    }
  }

  private void identifierOrCharacter() {
    at--;
    int c = input.codePointAt(at);
    if (isAlphanumeric(c)) {
      identifier();
    } else if (c > 0x20 && c < 0x7F) {
      at++;
      emit(Kind.CHARACTER);
    } else {
      error("unrecognized character in action: " + Values.unicode(c));
    }
  }

  private void identifier() {
    skipAlphanumeric();
    String word = input.substring(start, at);
    if (!atTerminator()) {
      error("bad character " + Values.unicode(input.codePointAt(at)));
    } else if (KEYWORDS.contains(word)) {
      emit(Kind.KEYWORD);
    } else if (word.equals("true") || word.equals("false")) {
      emit(Kind.BOOLEAN);
    } else {
      emit(word.equals("nil") ? Kind.NIL : Kind.IDENTIFIER);
    }
  }

  private void skipAlphanumeric() {
    while (at < input.length() && isAlphanumeric(input.codePointAt(at))) {
      at += Character.charCount(input.codePointAt(at));
    }
  }

  /** Whether a name may end here, so that {@code $x+2} is not read as two words. */
  private boolean atTerminator() {
    if (at >= input.length() || input.startsWith(RIGHT, at)) {
      return true;
    }
    char c = input.charAt(at);
    return isSpace(c) || ".,|:)(".indexOf(c) >= 0;
  }

  private void number() {
    boolean read = realNumber();
    if (read && at < input.length() && (input.charAt(at) == '+' || input.charAt(at) == '-')) {
      read = realNumber() && input.charAt(at - 1) == 'i';
    }
    if (read) {
      emit(Kind.NUMBER);
    } else {
      error("bad number syntax: " + Values.quote(input.substring(start, at)));
    }
  }

  private boolean realNumber() {
    accept("+-");
    String digits = "0123456789_";
    boolean decimal = true;
    boolean hexadecimal = false;
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
        hexadecimal = true;
      } else if (accept("oO")) {
        digits = "01234567_";
      } else if (accept("bB")) {
        digits = "01_";
      }
      decimal = "xXoObB".indexOf(input.charAt(at - 1)) < 0;
    }
    acceptAll(digits);
    if (accept(".")) {
      acceptAll(digits);
    }
    if ((decimal && accept("eE")) || (hexadecimal && accept("pP"))) {
      accept("+-");
      acceptAll("0123456789_");
    }
    accept("i");
    boolean ended = at >= input.length() || !isAlphanumeric(input.codePointAt(at));
    if (!ended) {
      at++;
    }
    return ended;
  }

  private boolean accept(String characters) {
    if (at < input.length() && characters.indexOf(input.charAt(at)) >= 0) {
      at++;
      return true;
    }
    return false;
  }

  private void acceptAll(String characters) {
    while (accept(characters)) {
      // accept has moved on
    }
  }

  private void emit(Kind kind) {
    String text = input.substring(start, at);
    tokens.add(new Token(kind, text, start, line));
    skipTo(at);
  }

  /** Moves on without a word, counting lines. */
  private void skipTo(int offset) {
    for (int i = start; i < offset; i++) {
      if (input.charAt(i) == '\n') {
        line++;
      }
    }
    start = offset;
    at = offset;
  }

  private void error(String message) {
    tokens.add(new Token(Kind.ERROR, message, start, line));
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  private static boolean isAlphanumeric(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }
}
