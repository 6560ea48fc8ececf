package io.meshwatch.exposition;

import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * OpenMetrics 1.0 and 0.0.1. Strict about blanks, commas and the final {@code # EOF}, lenient about the order and the meaning of
 * samples: as Prometheus is, so that a page either serves both or none. One pass, no allocation per sample without exemplar.
 *
 * @see <a href="https://prometheus.io/docs/specs/om/open_metrics_spec/">OpenMetrics</a>
 */
final class OpenMetricsParser {
  private static final List<MetricMetadata.Type> TYPES = List.of(MetricMetadata.Type.values());

  /** Families whose series only grow, and so may tell when they began. */
  private static final Set<MetricMetadata.Type> COUNTING =
      EnumSet.of(MetricMetadata.Type.COUNTER, MetricMetadata.Type.HISTOGRAM, MetricMetadata.Type.SUMMARY);
  private static final String CREATED = "_created";

  private final PageCursor cursor;
  private final ExpositionSink sink;
  private MetricMetadata.Type familyType = MetricMetadata.Type.UNKNOWN;
  /** When the series of the current family began, by their common labels; empty unless the sink wants to know. */
  private final Map<Labels, Long> starts = new HashMap<>();
  private int familyFrom;
  private int familyTo;

  OpenMetricsParser(byte[] page, int length, ExpositionSink sink) {
    this.cursor = new PageCursor(page, length);
    this.sink = sink;
  }

  void parse() {
    while (!cursor.isAtEnd()) {
      if (cursor.current() != '#') {
        sample();
      } else if (metadata()) {
        return;
      }
    }
    throw cursor.error(cursor.limit, "expected # EOF as the last line, got the end of the page");
  }

  /** Reads a line that begins with {@code #}; returns whether it was the end. */
  private boolean metadata() {
    if (cursor.startsWith("# EOF")) {
      end();
      return true;
    }
    if (cursor.startsWith("# HELP ")) {
      help();
    } else if (cursor.startsWith("# TYPE ")) {
      type();
    } else if (cursor.startsWith("# UNIT ")) {
      unit();
    } else {
      throw cursor.expected("# HELP, # TYPE, # UNIT or # EOF");
    }
    cursor.at++;
    return false;
  }

  private void end() {
    cursor.at += "# EOF".length();
    if (!cursor.isAtEnd() && cursor.current() == '\n') {
      cursor.at++;
    }
    if (!cursor.isAtEnd()) {
      throw cursor.expected("nothing after # EOF");
    }
  }

  private void help() {
    int nameFrom = metadataName("HELP");
    int nameTo = cursor.at;
    int textFrom = metadataText("HELP");
    if (!Utf8.isValid(cursor.page, textFrom, cursor.at)) {
      throw cursor.error(textFrom, "the help text is not valid UTF-8");
    }
    sink.help(cursor.page, nameFrom, nameTo, textFrom, cursor.at);
  }

  private void type() {
    int nameFrom = metadataName("TYPE");
    int nameTo = cursor.at;
    int textFrom = metadataText("TYPE");
    familyType = typeNamed(textFrom);
    familyFrom = nameFrom;
    familyTo = nameTo;
    sink.type(cursor.page, nameFrom, nameTo, familyType);
    findStarts();
  }

  /** Looks ahead for the lines that say when the series of this family began: they stand behind the samples that they are about. */
  private void findStarts() {
    starts.clear();
    if (!COUNTING.contains(familyType) || !sink.wantsCreated()) {
      return;
    }
    int mark = cursor.at;
    cursor.at++;
    while (!cursor.isAtEnd() && !cursor.startsWith("# TYPE ") && !cursor.startsWith("# EOF")) {
      if (cursor.current() != '#') {
        findStart();
      }
      cursor.skipToLineEnd();
      cursor.at++;
    }
    cursor.at = mark;
  }

  private void findStart() {
    int from = cursor.at;
    int to = series();
    if (isStart(from, to)) {
      starts.put(counted(SeriesText.labels(cursor.page, from, to, familyType)), (long) (number("a time in seconds after the series") * 1000));
    }
  }

  /** Whether a series is that of the current family with {@code _created}. */
  private boolean isStart(int from, int to) {
    if (cursor.page[from] == '{') {
      String family = SeriesText.name(cursor.page, familyFrom, familyTo);
      return SeriesText.labels(cursor.page, from, to, familyType).metricName().equals(family + CREATED);
    }
    int nameTo = nameEnd(from, to);
    return nameEndsWith(from, nameTo, CREATED) && isFamily(from, nameTo - CREATED.length());
  }

  /** What all series of one counter, histogram or summary have in common. */
  private static Labels counted(Labels series) {
    return series.toBuilder().remove(Labels.METRIC_NAME).remove(Labels.BUCKET).build();
  }

  /** Says when the series began, if a line does; quantiles do not count, so they have no labels in common with that line. */
  private void tellStart(int from, int to) {
    Long startMillis = starts.get(counted(SeriesText.labels(cursor.page, from, to, familyType)));
    if (startMillis != null) {
      sink.created(startMillis);
    }
  }

  private MetricMetadata.Type typeNamed(int from) {
    for (MetricMetadata.Type type : TYPES) {
      if (cursor.isText(from, type.text())) {
        return type;
      }
    }
    throw cursor.error(
        from,
        "expected counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown, got "
            + Names.quote(cursor.text(from, cursor.at)));
  }

  private void unit() {
    int nameFrom = metadataName("UNIT");
    int nameTo = cursor.at;
    int textFrom = metadataText("UNIT");
    String unit = cursor.text(textFrom, cursor.at);
    String name = SeriesText.name(cursor.page, nameFrom, nameTo);
    if (!unit.isEmpty() && !name.endsWith("_" + unit) && !quotedNameMayDiffer(name, unit, nameFrom)) {
      throw cursor.error(textFrom, "the unit " + Names.quote(unit) + " is not the end of the metric's name " + Names.quote(name));
    }
    sink.unit(cursor.page, nameFrom, nameTo, textFrom, cursor.at);
  }

  /** A name in quotes may separate its unit by any character. */
  private boolean quotedNameMayDiffer(String name, String unit, int nameFrom) {
    return cursor.page[nameFrom] == '"' && name.endsWith(unit) && name.length() > unit.length();
  }

  private int metadataName(String keyword) {
    cursor.at += keyword.length() + 3;
    int nameFrom = cursor.at;
    if (cursor.current() == '"') {
      cursor.skipQuoted("a metric name", true);
    } else if (!cursor.skipMetricName()) {
      throw cursor.expected("a metric name after " + keyword);
    }
    return nameFrom;
  }

  private int metadataText(String keyword) {
    if (cursor.current() != ' ') {
      throw cursor.expected("a space and a text in " + keyword);
    }
    cursor.at++;
    int textFrom = cursor.at;
    cursor.skipToLineEnd();
    if (cursor.isAtEnd()) {
      throw cursor.expected("a line feed after " + keyword);
    }
    return textFrom;
  }

  private void sample() {
    int from = cursor.at;
    int to = recognized(from);
    if (to == 0) {
      to = series();
    }
    cursor.at = to;
    double value = number("a value after the series");
    long timestampMillis = ExpositionSink.NO_TIMESTAMP;
    if (cursor.current() == ' ' && !cursor.startsWith(" # {")) {
      timestampMillis = timestamp();
    }
    if (starts.isEmpty()) {
      sink.sample(cursor.page, from, to, value, timestampMillis);
    } else if (!isStart(from, to)) {
      tellStart(from, to);
      sink.sample(cursor.page, from, to, value, timestampMillis);
    }
    if (cursor.startsWith(" # {")) {
      exemplar(from, to);
    }
    if (cursor.isAtEnd() || cursor.current() != '\n') {
      throw cursor.expected("the end of the line");
    }
    cursor.at++;
  }

  private int recognized(int from) {
    int length = sink.recognize(cursor.page, from, cursor.limit);
    int to = from + length;
    boolean complete = length > 0 && (cursor.page[to - 1] == '}' || (to < cursor.limit && cursor.page[to] == ' '));
    return complete ? to : 0;
  }

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
    if (cursor.current() == '{') {
      labels(true);
    }
    return cursor.at;
  }

  /** Checks labels from brace to brace; returns whether the metric is named, before or among them. */
  private boolean labels(boolean namedBefore) {
    boolean named = namedBefore;
    cursor.at++;
    if (cursor.current() == '}') {
      cursor.at++;
      return named;
    }
    while (true) {
      boolean quoted = labelName();
      byte after = cursor.current();
      if (quoted && (after == ',' || after == '}')) {
        if (named) {
          throw cursor.error(cursor.at, "expected '=' after the label name: the metric is named already");
        }
        named = true;
      } else {
        labelValue();
      }
      if (cursor.current() == '}') {
        cursor.at++;
        return named;
      }
      if (cursor.current() != ',') {
        throw cursor.expected("',' or '}' after the label");
      }
      cursor.at++;
    }
  }

  private boolean labelName() {
    if (cursor.current() == '"') {
      cursor.skipQuoted("a name", true);
      return true;
    }
    if (!cursor.skipLabelName()) {
      throw cursor.expected("a label name");
    }
    return false;
  }

  private void labelValue() {
    if (cursor.current() != '=') {
      throw cursor.expected("'=' after the label name");
    }
    cursor.at++;
    cursor.skipQuoted("a label value", false);
  }

  /** A number after exactly one space. */
  private double number(String what) {
    if (cursor.current() != ' ') {
      throw cursor.expected("a space and " + what);
    }
    cursor.at++;
    int from = cursor.at;
    while (cursor.at < cursor.limit && cursor.page[cursor.at] != ' ' && cursor.page[cursor.at] != '\n') {
      cursor.at++;
    }
    if (cursor.at == from) {
      throw cursor.expected(what);
    }
    try {
      return DecimalText.parse(cursor.page, from, cursor.at);
    } catch (NumberFormatException e) {
      throw cursor.error(
          from, "expected " + what + ", got " + Names.quote(cursor.text(from, cursor.at)) + TextParser.reason(e));
    }
  }

  /** Seconds with fraction, cut to milliseconds. */
  private long timestamp() {
    int from = cursor.at + 1;
    double seconds = number("a timestamp in seconds");
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      throw cursor.error(from, "expected a finite timestamp, got " + cursor.text(from, cursor.at));
    }
    return (long) (seconds * 1000);
  }

  private void exemplar(int seriesFrom, int seriesTo) {
    int mark = cursor.at;
    if (!mayHaveExemplar(seriesFrom, seriesTo)) {
      throw cursor.error(mark, "only counters (_total), buckets and plain counts may have an exemplar");
    }
    cursor.at += " # ".length();
    int labelsFrom = cursor.at;
    labels(true);
    int labelsTo = cursor.at;
    double value = number("a value after the exemplar's labels");
    long timestampMillis = cursor.current() == ' ' ? timestamp() : ExpositionSink.NO_TIMESTAMP;
    sink.exemplar(cursor.page, labelsFrom, labelsTo, value, timestampMillis);
  }

  private boolean mayHaveExemplar(int seriesFrom, int seriesTo) {
    if (cursor.page[seriesFrom] == '{') {
      String name = SeriesText.labels(cursor.page, seriesFrom, seriesTo, familyType).metricName();
      return name.endsWith("_total") || name.endsWith("_bucket") || name.endsWith("_count");
    }
    int nameTo = nameEnd(seriesFrom, seriesTo);
    return nameEndsWith(seriesFrom, nameTo, "_total")
        || nameEndsWith(seriesFrom, nameTo, "_bucket")
        || (nameEndsWith(seriesFrom, nameTo, "_count") && !countsFamily(seriesFrom, nameTo));
  }

  private int nameEnd(int from, int to) {
    int nameTo = from;
    while (nameTo < to && cursor.page[nameTo] != '{') {
      nameTo++;
    }
    return nameTo;
  }

  private boolean nameEndsWith(int from, int to, String suffix) {
    int start = to - suffix.length();
    if (start < from) {
      return false;
    }
    for (int i = 0; i < suffix.length(); i++) {
      if (cursor.page[start + i] != suffix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a name is that of the current family with _count; there the buckets carry the exemplars. */
  private boolean countsFamily(int from, int to) {
    return familyType != MetricMetadata.Type.UNKNOWN && isFamily(from, to - "_count".length());
  }

  private boolean isFamily(int from, int to) {
    return Arrays.equals(cursor.page, from, to, cursor.page, familyFrom, familyTo);
  }
}
