package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import java.util.Optional;

/**
 * What the labels of a new series may be at most; series that are there already go on.
 *
 * @param countMax labels, the metric name included
 * @param nameBytesMax bytes of a label name
 * @param valueBytesMax bytes of a label value
 */
public record LabelLimits(int countMax, int nameBytesMax, int valueBytesMax) {
  /** Far beyond what people write, near what mistakes make: stack traces, request bodies, SQL. */
  public static final LabelLimits DEFAULT = new LabelLimits(128, 1024, 16 * 1024);

  private static final int SHOWN_CHARACTERS = 60;
  /** A character has at most so many bytes: only texts that may be too long are measured exactly. */
  private static final int BYTES_PER_CHARACTER = 3;

  /** Why labels are refused; empty if they are within the limits. */
  Optional<String> refusal(Labels labels) {
    if (labels.size() > countMax) {
      return Optional.of("it has " + labels.size() + " labels, at most " + countMax + " are taken; the last is " + labels.name(labels.size() - 1));
    }
    for (int i = 0; i < labels.size(); i++) {
      if (isLonger(labels.name(i), nameBytesMax)) {
        return Optional.of("the name of its label " + shown(labels.name(i)) + " is longer than " + nameBytesMax + " bytes");
      }
      if (isLonger(labels.value(i), valueBytesMax)) {
        return Optional.of("the value of its label " + labels.name(i) + ", " + shown(labels.value(i)) + ", is longer than " + valueBytesMax + " bytes");
      }
    }
    return Optional.empty();
  }

  private static boolean isLonger(String text, int bytesMax) {
    return text.length() > bytesMax
        || (text.length() * BYTES_PER_CHARACTER > bytesMax && text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > bytesMax);
  }

  private static String shown(String text) {
    return Names.quote(text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…");
  }
}
