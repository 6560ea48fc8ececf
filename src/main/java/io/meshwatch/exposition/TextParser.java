package io.meshwatch.exposition;

import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;

/**
 * Prometheus text format 0.0.4, and 1.0.0 with names in quotes. Accepts what Prometheus accepts: blanks nearly everywhere,
 * commas between labels optional, comments of any kind.
 *
 * <p>One pass over the bytes, no allocation per sample: a series that the sink recognizes is skipped by its length, any other is
 * checked once and its bytes are handed over.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>
 */
final class TextParser {
  private final PageCursor cursor;
  private final ExpositionSink sink;

  TextParser(byte[] page, int length, ExpositionSink sink) {
    this.cursor = new PageCursor(page, length);
    this.sink = sink;
  }

  void parse() {
    while (true) {
      cursor.skipBlanks();
      if (cursor.isAtEnd()) {
        return;
      }
      switch (cursor.current()) {
        case '\n' -> cursor.at++;
        case '#' -> comment();
        default -> sample();
      }
    }
  }

  private void comment() {
    cursor.at++;
    boolean metadata = cursor.skipBlanks() > 0;
    if (metadata && isKeyword("HELP")) {
      help();
    } else if (metadata && isKeyword("TYPE")) {
      type();
    }
    cursor.skipToLineEnd();
  }

  private boolean isKeyword(String word) {
    int after = cursor.at + word.length();
    return cursor.startsWith(word) && after < cursor.limit && (cursor.page[after] == ' ' || cursor.page[after] == '\t');
  }

  private void help() {
    int nameFrom = metadataName("HELP");
    int nameTo = cursor.at;
    int textFrom = metadataText();
    if (!Utf8.isValid(cursor.page, textFrom, cursor.at)) {
      throw cursor.error(textFrom, "the help text is not valid UTF-8");
    }
    sink.help(cursor.page, nameFrom, nameTo, textFrom, cursor.at);
  }

  private void type() {
    int nameFrom = metadataName("TYPE");
    int nameTo = cursor.at;
    int textFrom = metadataText();
    sink.type(cursor.page, nameFrom, nameTo, typeNamed(textFrom));
  }

  private MetricMetadata.Type typeNamed(int from) {
    MetricMetadata.Type likely = from == cursor.at ? null : switch (cursor.page[from]) {
      case 'c' -> MetricMetadata.Type.COUNTER;
      case 'g' -> MetricMetadata.Type.GAUGE;
      case 'h' -> MetricMetadata.Type.HISTOGRAM;
      case 's' -> MetricMetadata.Type.SUMMARY;
      default -> null;
    };
    if (likely != null && cursor.isText(from, likely.text())) {
      return likely;
    }
    if (cursor.isText(from, "untyped")) {
      return MetricMetadata.Type.UNKNOWN;
    }
    throw cursor.error(
        from, "expected counter, gauge, histogram, summary or untyped, got " + Names.quote(cursor.text(from, cursor.at)));
  }

  private int metadataName(String keyword) {
    cursor.at += keyword.length();
    cursor.skipBlanks();
    int nameFrom = cursor.at;
    if (cursor.current() == '"') {
      cursor.skipQuoted("a metric name", true);
    } else if (!cursor.skipMetricName()) {
      throw cursor.expected("a metric name after " + keyword);
    }
    return nameFrom;
  }

  /** Where the text begins, one byte after the name; the cursor then is at its end. */
  private int metadataText() {
    int nameTo = cursor.at;
    cursor.skipToLineEnd();
    return Math.min(nameTo + 1, cursor.at);
  }

  private void sample() {
    int from = cursor.at;
    int to = recognized(from);
    if (to == 0) {
      to = series();
    }
    cursor.at = to;
    cursor.skipBlanks();
    double value = value();
    long timestampMillis = timestamp();
    if (cursor.current() != '\n') {
      throw cursor.expected("the end of the line");
    }
    sink.sample(cursor.page, from, to, value, timestampMillis);
  }

  /** The end of a series the sink knows, 0 if it must be parsed. A bare name might go on, so what follows it is looked at. */
  private int recognized(int from) {
    int length = sink.recognize(cursor.page, from, cursor.limit);
    if (length == 0) {
      return 0;
    }
    int to = from + length;
    if (cursor.page[to - 1] == '}') {
      return to;
    }
    cursor.at = to;
    boolean bare = cursor.skipBlanks() > 0 && cursor.current() != '{';
    cursor.at = from;
    return bare ? to : 0;
  }

  /** Checks name and labels; returns where they end. */
  private int series() {
    if (cursor.current() == '{') {
      int from = cursor.at;
      if (!labels(false)) {
        throw cursor.error(from, "expected the metric name in double quotes among the labels, got none");
      }
      return cursor.at;
    }
    if (!cursor.skipMetricName()) {
      throw cursor.expected("a metric name, '{' or '#' at the start of the line");
    }
    int nameTo = cursor.at;
    cursor.skipBlanks();
    if (cursor.current() != '{') {
      return nameTo;
    }
    labels(true);
    return cursor.at;
  }

  /** Checks labels from brace to brace; returns whether the metric is named, before or among them. */
  private boolean labels(boolean namedBefore) {
    boolean named = namedBefore;
    cursor.at++;
    while (true) {
      cursor.skipBlanks();
      if (cursor.current() == '}') {
        cursor.at++;
        return named;
      }
      boolean quoted = labelName();
      cursor.skipBlanks();
      byte after = cursor.current();
      if (quoted && (after == ',' || after == '}')) {
        if (named) {
          throw cursor.error(cursor.at, "the metric has a second name");
        }
        named = true;
      } else {
        labelValue();
        cursor.skipBlanks();
      }
      if (cursor.current() == ',') {
        cursor.at++;
      }
    }
  }

  private boolean labelName() {
    if (cursor.current() == '"') {
      cursor.skipQuoted("a name", true);
      return true;
    }
    if (!cursor.skipLabelName()) {
      throw cursor.expected("a label name or '}'");
    }
    return false;
  }

  private void labelValue() {
    if (cursor.current() != '=') {
      throw cursor.expected("'=' after the label name");
    }
    cursor.at++;
    cursor.skipBlanks();
    cursor.skipQuoted("a label value", true);
  }

  private double value() {
    int from = cursor.at;
    while (cursor.at < cursor.limit && !endsValue(cursor.page[cursor.at])) {
      cursor.at++;
    }
    if (cursor.at == from) {
      throw cursor.expected("a value after the series");
    }
    try {
      return DecimalText.parse(cursor.page, from, cursor.at);
    } catch (NumberFormatException e) {
      throw cursor.error(from, "expected a number, got " + Names.quote(cursor.text(from, cursor.at)) + reason(e));
    }
  }

  static String reason(NumberFormatException e) {
    return e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
  }

  private static boolean endsValue(byte c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '{';
  }

  /** The optional timestamp in whole milliseconds. */
  private long timestamp() {
    if (cursor.skipBlanks() == 0 || cursor.current() == '\n') {
      return ExpositionSink.NO_TIMESTAMP;
    }
    int from = cursor.at;
    long millis = 0;
    while (cursor.at < cursor.limit && cursor.page[cursor.at] >= '0' && cursor.page[cursor.at] <= '9') {
      int digit = cursor.page[cursor.at++] - '0';
      if (millis > (Long.MAX_VALUE - digit) / 10) {
        throw cursor.error(from, "the timestamp is too large");
      }
      millis = millis * 10 + digit;
    }
    if (cursor.at == from) {
      throw cursor.expected("a timestamp in milliseconds or the end of the line");
    }
    cursor.skipBlanks();
    return millis;
  }
}
