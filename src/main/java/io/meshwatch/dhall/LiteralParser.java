package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts, numbers, bytes, dates and times. */
final class LiteralParser {
  private static final String DATE = "(\\d{4})-(\\d{2})-(\\d{2})";
  private static final String TIME = "(\\d{2}):(\\d{2}):(\\d{2}(?:\\.\\d+)?)";
  private static final String ZONE = "([Zz]|[+-]\\d{2}:\\d{2})";
  private static final Pattern DATE_AND_TIME = Pattern.compile(DATE + "[Tt]" + TIME + ZONE + "?");
  private static final Pattern DATE_ONLY = Pattern.compile(DATE);
  private static final Pattern TIME_AND_ZONE = Pattern.compile(TIME + ZONE + "?");
  private static final Pattern ZONE_ONLY = Pattern.compile("([+-]\\d{2}:\\d{2})");
  private static final Pattern DOUBLE = Pattern.compile("[+-]?[0-9]+(?:\\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)");

  /** Digits of a number; a longer one is a mistake and would be slow to read. */
  private static final int DIGITS_MAX = 10_000;

  private final Input input;
  private final Parser parser;

  LiteralParser(Input input, Parser parser) {
    this.input = input;
    this.parser = parser;
  }

  /** Bytes, a date, a time, a double, a natural or an integer. */
  Term number() {
    Place place = input.place();
    if (input.take("0x\"")) {
      return bytes(place);
    }
    Term temporal = temporal(place);
    if (temporal != null) {
      return temporal;
    }
    if (input.looksAt("-Infinity")) {
      input.take("-Infinity");
      return new Term.DoubleLiteral(place, Double.NEGATIVE_INFINITY);
    }
    Matcher matcher = matcher(DOUBLE);
    if (matcher.lookingAt()) {
      return floatingPoint(place, matcher.group());
    }
    if (input.take("+")) {
      return new Term.IntegerLiteral(place, natural());
    }
    if (input.take("-")) {
      return new Term.IntegerLiteral(place, natural().negate());
    }
    return new Term.NaturalLiteral(place, natural());
  }

  private Matcher matcher(Pattern pattern) {
    return pattern.matcher(input.source.text).region(input.offset(), input.source.text.length());
  }

  private Term floatingPoint(Place place, String text) {
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw input.error(input.offset(), "this number is out of range: expected a magnitude up to " + Double.MAX_VALUE + ", got " + text);
    }
    input.goTo(input.offset() + text.length());
    return new Term.DoubleLiteral(place, value);
  }

  /** Decimal, {@code 0x…} or {@code 0b…}. */
  BigInteger natural() {
    int start = input.offset();
    int radix = 10;
    if (input.looksAt("0x") || input.looksAt("0b")) {
      radix = input.looksAt("0x") ? 16 : 2;
      start += 2;
      input.goTo(start);
    }
    while (Character.digit(input.peek(), radix) >= 0 && input.peek() < 0x80) {
      input.skip();
    }
    String digits = input.since(start);
    if (digits.isEmpty()) {
      throw input.mismatch("a digit");
    }
    if (digits.length() > DIGITS_MAX) {
      throw input.error(start, "this number is too long: expected at most " + DIGITS_MAX + " digits, got " + digits.length());
    }
    if (radix == 10 && digits.length() > 1 && digits.startsWith("0")) {
      throw input.error(start, "a number does not begin with 0: expected " + new BigInteger(digits) + ", got " + digits);
    }
    return new BigInteger(digits, radix);
  }

  private Term bytes(Place place) {
    int start = input.offset();
    while (Input.isHexDigit(input.peek())) {
      input.skip();
    }
    String digits = input.since(start);
    if (digits.length() % 2 != 0) {
      throw input.mismatch("two hexadecimal digits for each byte");
    }
    input.need("\"", "a hexadecimal digit or `\"`");
    return new Term.BytesLiteral(place, HexFormat.of().parseHex(digits));
  }

  private @Nullable Term temporal(Place place) {
    Matcher both = matcher(DATE_AND_TIME);
    if (both.lookingAt()) {
      Map<String, Term.Entry> fields = new LinkedHashMap<>();
      fields.put("date", new Term.Entry(place, date(place, both)));
      fields.put("time", new Term.Entry(place, time(place, both, 4)));
      return zoned(place, both, 7, fields);
    }
    Matcher date = matcher(DATE_ONLY);
    if (date.lookingAt()) {
      Term literal = date(place, date);
      input.goTo(date.end());
      return literal;
    }
    Matcher time = matcher(TIME_AND_ZONE);
    if (time.lookingAt()) {
      return timeAndZone(place, time);
    }
    Matcher zone = matcher(ZONE_ONLY);
    if (zone.lookingAt()) {
      Term literal = zone(place, zone.group());
      input.goTo(zone.end());
      return literal;
    }
    return null;
  }

  private Term timeAndZone(Place place, Matcher matcher) {
    Term time = time(place, matcher, 1);
    if (matcher.group(4) == null) {
      input.goTo(matcher.end());
      return time;
    }
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    fields.put("time", new Term.Entry(place, time));
    return zoned(place, matcher, 4, fields);
  }

  private Term zoned(Place place, Matcher matcher, int group, Map<String, Term.Entry> fields) {
    String zone = matcher.group(group);
    if (zone != null) {
      fields.put("timeZone", new Term.Entry(place, zone(place, zone)));
    }
    input.goTo(matcher.end());
    return new Term.RecordLiteral(place, fields);
  }

  private Term date(Place place, Matcher matcher) {
    try {
      return new Term.DateLiteral(place, LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3)));
    } catch (DateTimeException e) {
      String got = matcher.group(1) + "-" + matcher.group(2) + "-" + matcher.group(3);
      throw input.error(input.offset(), "there is no such date: expected YYYY-MM-DD of the calendar, got " + got);
    }
  }

  private Term time(Place place, Matcher matcher, int group) {
    int hour = number(matcher, group);
    int minute = number(matcher, group + 1);
    BigDecimal second = new BigDecimal(matcher.group(group + 2));
    if (hour > 23 || minute > 59 || second.intValue() > 59) {
      throw input.error(input.offset(), "there is no such time: expected 00:00:00 to 23:59:59, got " + matcher.group());
    }
    return new Term.TimeLiteral(place, hour, minute, second);
  }

  private Term zone(Place place, String text) {
    if (text.equalsIgnoreCase("Z")) {
      return new Term.TimeZoneLiteral(place, false, 0, 0);
    }
    int hours = Integer.parseInt(text.substring(1, 3));
    int minutes = Integer.parseInt(text.substring(4));
    if (hours > 23 || minutes > 59) {
      throw input.error(input.offset(), "there is no such time zone: expected -23:59 to +23:59, got " + text);
    }
    return new Term.TimeZoneLiteral(place, text.startsWith("-"), hours, minutes);
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  /** Collects pieces of text and the terms between them. */
  private static final class TextBuilder {
    private final List<String> pieces = new ArrayList<>();
    private final List<Term> terms = new ArrayList<>();
    private final StringBuilder piece = new StringBuilder();

    void term(Term term) {
      pieces.add(piece.toString());
      piece.setLength(0);
      terms.add(term);
    }

    List<String> pieces() {
      List<String> all = new ArrayList<>(pieces);
      all.add(piece.toString());
      return all;
    }
  }

  Term doubleQuoted() {
    Place place = input.place();
    TextBuilder text = new TextBuilder();
    input.take("\"");
    while (!input.take("\"")) {
      int character = input.peek();
      if (character == '\n' || character == '\r' || input.atEnd()) {
        throw input.error(place.offset(), "this text is never closed: expected `\"` before the end of the line");
      }
      if (input.looksAt("${")) {
        text.term(interpolation());
      } else if (input.take("\\")) {
        text.piece.appendCodePoint(escaped());
      } else if (Input.isPrintable(character)) {
        text.piece.appendCodePoint(character);
        input.skip();
      } else {
        throw input.mismatch("a printable character, since others are written as escapes like `\\t`");
      }
    }
    return new Term.TextLiteral(place, text.pieces(), List.copyOf(text.terms));
  }

  private Term interpolation() {
    input.take("${");
    Term term = parser.completeExpression();
    input.need("}", "`}`");
    return term;
  }

  private int escaped() {
    int character = input.peek();
    int meant =
        switch (character) {
          case '"', '$', '\\', '/' -> character;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> -1;
          default -> throw input.mismatch("one of the escapes `\\\"` `\\$` `\\\\` `\\/` `\\b` `\\f` `\\n` `\\r` `\\t` `\\u`");
        };
    input.skip();
    return meant >= 0 ? meant : unicodeEscape();
  }

  private int unicodeEscape() {
    int start = input.offset();
    boolean braces = input.take("{");
    int first = input.offset();
    while (Input.isHexDigit(input.peek()) && (braces || input.offset() < first + 4)) {
      input.skip();
    }
    String digits = input.since(first);
    if (digits.isEmpty() || (!braces && digits.length() < 4)) {
      throw input.mismatch("four hexadecimal digits, or some in braces");
    }
    if (braces) {
      input.need("}", "`}`");
    }
    BigInteger value = new BigInteger(digits, 16);
    int codePoint = value.bitLength() < Integer.SIZE ? value.intValue() : Integer.MAX_VALUE;
    if (codePoint > Character.MAX_CODE_POINT || (codePoint >= 0x80 && !Input.isValidNonAscii(codePoint))) {
      throw input.error(start, "there is no such character: expected the number of a Unicode character, got " + digits);
    }
    return codePoint;
  }

  Term multiLine() {
    Place place = input.place();
    input.need("''", "an expression");
    if (!input.take("\n") && !input.take("\r\n")) {
      throw input.mismatch("the end of the line after the opening `''`");
    }
    TextBuilder text = new TextBuilder();
    while (true) {
      if (input.atEnd()) {
        throw input.error(place.offset(), "this text is never closed: expected `''`, got the end of the text");
      }
      if (input.take("'''")) {
        text.piece.append("''");
      } else if (input.take("''${")) {
        text.piece.append("${");
      } else if (input.looksAt("${")) {
        text.term(interpolation());
      } else if (input.take("''")) {
        return new Term.TextLiteral(place, Indentation.strip(text.pieces()), List.copyOf(text.terms));
      } else {
        multiLineCharacter(text.piece);
      }
    }
  }

  private void multiLineCharacter(StringBuilder piece) {
    if (input.take("\r\n")) {
      piece.append('\n');
      return;
    }
    int character = input.peek();
    if (!Input.isPrintable(character) && character != '\t' && character != '\n') {
      throw input.mismatch("a printable character");
    }
    piece.appendCodePoint(character);
    input.skip();
  }
}
