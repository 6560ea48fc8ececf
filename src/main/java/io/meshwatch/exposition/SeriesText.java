package io.meshwatch.exposition;

import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decodes the ranges a parser hands out: {@code name{a="b"}} or {@code {"name",a="b"}} to labels, names, help texts. Only ranges
 * that the parser has checked come here.
 */
public final class SeriesText {
  private SeriesText() {}

  /**
   * The labels of a series. The bounds of a histogram's buckets and a summary's quantiles are rewritten as floats
   * ({@code 1} → {@code 1.0}), so that the same bound is the same label whatever format it came in.
   *
   * @param familyType type of the metric family according to the last TYPE line
   * @throws ExpositionException if a label occurs twice or a name is empty
   */
  public static Labels labels(byte[] page, int from, int to, MetricMetadata.Type familyType) {
    return new Decoder(page, to, familyType).series(from);
  }

  /** As {@link #labels}, also telling which labels were written with an empty value. */
  public static Decoded decode(byte[] page, int from, int to, MetricMetadata.Type familyType) {
    Decoder decoder = new Decoder(page, to, familyType);
    return new Decoded(decoder.series(from), List.copyOf(decoder.emptyNames));
  }

  /**
   * A series as it was written.
   *
   * @param labels its labels without the empty ones
   * @param emptyNames names of labels that were written with an empty value: {@code instance=""} says "not from an instance"
   */
  public record Decoded(Labels labels, List<String> emptyNames) {}

  /** The labels of an exemplar, with the braces around them. */
  public static Labels exemplarLabels(byte[] page, int from, int to) {
    return new Decoder(page, to, MetricMetadata.Type.UNKNOWN).braces(from);
  }

  /** A metric name, quoted or not. */
  public static String name(byte[] page, int from, int to) {
    return page[from] == '"' ? unescape(page, from + 1, to - 1, true) : new String(page, from, to - from, StandardCharsets.UTF_8);
  }

  /** A help text without its escapes; in OpenMetrics also quotes are escaped. */
  public static String help(byte[] page, int from, int to, boolean openMetrics) {
    return unescape(page, from, to, openMetrics);
  }

  private static String unescape(byte[] page, int from, int to, boolean quotes) {
    int backslash = indexOf(page, from, to, '\\');
    if (backslash < 0) {
      return new String(page, from, to - from, StandardCharsets.UTF_8);
    }
    byte[] plain = new byte[to - from];
    int length = 0;
    int i = from;
    while (i < to) {
      byte c = page[i++];
      if (c == '\\' && i < to) {
        byte escaped = page[i];
        if (escaped == '\\' || (quotes && escaped == '"')) {
          c = escaped;
          i++;
        } else if (escaped == 'n') {
          c = '\n';
          i++;
        }
      }
      plain[length++] = c;
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }

  private static int indexOf(byte[] page, int from, int to, char wanted) {
    for (int i = from; i < to; i++) {
      if (page[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** Walks one series. */
  private static final class Decoder {
    private final byte[] page;
    private final int to;
    private final MetricMetadata.Type familyType;
    private final Labels.Builder builder = Labels.builder();
    private final Set<String> names = new HashSet<>();
    private final List<String> emptyNames = new ArrayList<>();

    Decoder(byte[] page, int to, MetricMetadata.Type familyType) {
      this.page = page;
      this.to = to;
      this.familyType = familyType;
    }

    Labels series(int from) {
      if (page[from] == '{') {
        return braces(from);
      }
      int nameTo = from;
      while (nameTo < to && page[nameTo] != '{' && page[nameTo] != ' ' && page[nameTo] != '\t') {
        nameTo++;
      }
      set(Labels.METRIC_NAME, name(page, from, nameTo));
      int brace = indexOf(page, nameTo, to, '{');
      return brace < 0 ? builder.build() : braces(brace);
    }

    Labels braces(int from) {
      int i = from + 1;
      while (page[i] != '}') {
        if (isSeparator(page[i])) {
          i++;
          continue;
        }
        int nameFrom = i;
        i = page[i] == '"' ? quoteEnd(i) : plainEnd(i);
        String name = name(page, nameFrom, i);
        while (isBlank(page[i])) {
          i++;
        }
        if (page[i] != '=') {
          set(Labels.METRIC_NAME, name);
          continue;
        }
        i++;
        while (isBlank(page[i])) {
          i++;
        }
        int valueTo = quoteEnd(i);
        set(name, normalized(name, unescape(page, i + 1, valueTo - 1, true)));
        i = valueTo;
      }
      return builder.build();
    }

    private static boolean isBlank(byte c) {
      return c == ' ' || c == '\t';
    }

    private static boolean isSeparator(byte c) {
      return isBlank(c) || c == ',';
    }

    private int quoteEnd(int quote) {
      int i = quote + 1;
      while (page[i] != '"') {
        i += page[i] == '\\' ? 2 : 1;
      }
      return i + 1;
    }

    private int plainEnd(int from) {
      int i = from;
      while (page[i] != '=' && page[i] != '}' && !isSeparator(page[i])) {
        i++;
      }
      return i;
    }

    private String normalized(String name, String value) {
      boolean bound = familyType == MetricMetadata.Type.HISTOGRAM && name.equals(Labels.BUCKET);
      boolean quantile = familyType == MetricMetadata.Type.SUMMARY && name.equals(Labels.QUANTILE);
      return bound || quantile ? asFloat(value) : value;
    }

    private static String asFloat(String value) {
      try {
        return NumberText.openMetrics(NumberText.parse(value));
      } catch (NumberFormatException notANumber) {
        return value;
      }
    }

    private void set(String name, String value) {
      if (name.isEmpty() || (value.isEmpty() && name.equals(Labels.METRIC_NAME))) {
        throw invalid("a name is empty");
      }
      if (!names.add(name)) {
        throw invalid("label name " + Names.quote(name) + " is not unique");
      }
      builder.set(name, value);
      if (value.isEmpty()) {
        emptyNames.add(name);
      }
    }

    private ExpositionException invalid(String problem) {
      return new PageCursor(page, to).error(to, problem);
    }
  }
}
