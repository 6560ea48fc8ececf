package io.meshwatch.web;

import io.meshwatch.model.NumberText;
import tools.jackson.core.JsonGenerator;

/**
 * Writes points, {@code [1435781430.781,"12.5"]}, each in one piece: an answer can have a million of them. Confined to one thread.
 */
final class PointText {
  private static final int TIME_CHARACTERS_MAX = 24;

  private final char[] text = new char[TIME_CHARACTERS_MAX + NumberText.SAMPLE_CHARACTERS_MAX + 5];

  void write(JsonGenerator json, long timestampMillis, double value) {
    text[0] = '[';
    int at = seconds(timestampMillis, 1);
    text[at++] = ',';
    text[at++] = '"';
    at = NumberText.sample(value, text, at);
    text[at++] = '"';
    text[at++] = ']';
    json.writeRawValue(text, 0, at);
  }

  /** As {@link PrometheusJson#seconds} has it. */
  private int seconds(long millis, int from) {
    if (millis < 0 || millis % 1000 != 0) {
      String seconds = PrometheusJson.seconds(millis);
      seconds.getChars(0, seconds.length(), text, from);
      return from + seconds.length();
    }
    return NumberText.digits(millis / 1000, text, from);
  }
}
