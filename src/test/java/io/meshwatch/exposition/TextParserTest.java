package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.Shared;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.MetricMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The parser's own behaviour, and the parser against a slow twin made of regular expressions. */
class TextParserTest {
  private static ExpositionException mistake(String page) {
    return catchThrowableOfType(ExpositionException.class, () -> Collected.parse("text/plain", page));
  }

  @Test
  void saysWhereAndWhatWasExpected() {
    assertThat(mistake("a 1\nb{x=1} 2\n"))
        .hasMessage("line 2:5: expected a label value in double quotes, got \"1}\" in `b{x=1} 2`");
    assertThat(mistake("ä 1\n")).hasMessageStartingWith("line 1:1: expected a metric name, '{' or '#' at the start of the line");
    assertThat(mistake("a{b=\"é\",c} 1\n").column()).isEqualTo(10);
    assertThat(mistake("a{b=\"never").problem()).isEqualTo("the double quote that begins a label value is never closed");
    assertThat(mistake("a 1 2 3\n").problem()).isEqualTo("expected the end of the line, got \"3\"");
    assertThat(mistake("a 1e999\n").problem()).isEqualTo("expected a number, got \"1e999\" (value out of range)");
  }

  @Test
  void showsOnlyAPartOfALongLine() {
    assertThat(mistake("a{b=\"" + "x".repeat(10_000) + "\"} y\n").excerpt().length()).isLessThan(100);
  }

  /** Rules of the format, one regular expression per line kind. */
  private static final class Twin {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*+";
    private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\[^\n])*+\"";
    private static final String LABEL = "(?:(?:[a-zA-Z_][a-zA-Z0-9_]*+|" + QUOTED + ")[ \t]*+=[ \t]*+" + QUOTED + "|" + QUOTED + "(?=[ \t]*+[,}]))";
    private static final String LABELS = "\\{[ \t]*+(?:" + LABEL + "[ \t]*+,?[ \t]*+)*+\\}";
    private static final Pattern SAMPLE =
        Pattern.compile("(" + NAME + "[ \t]*+" + LABELS + "|" + NAME + "|" + LABELS + ")[ \t]*+([^{ \t\n]++)(?:[ \t]++([0-9]++))?+[ \t]*+(?:\n|\\z)");
    private static final Pattern BARE_NAME = Pattern.compile("(?:^|[{,])[ \t]*+" + QUOTED + "[ \t]*+(?=[,}])|^" + NAME);
    private static final Pattern METADATA = Pattern.compile("#[ \t]++(HELP|TYPE)[ \t]++(?:" + NAME + "|" + QUOTED + ")[^\n]?([^\n]*+)(?:\n|\\z)");
    private static final Pattern BROKEN_METADATA = Pattern.compile("#[ \t]++(?:HELP|TYPE)[ \t]++");
    private static final Pattern COMMENT = Pattern.compile("#[^\n]*+(?:\n|\\z)");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?|(?i:inf|infinity))|(?i:nan)");

    /** The raw series with their values, or null if the page is bad. */
    static @Nullable List<String> read(String page) {
      List<String> entries = new ArrayList<>();
      int at = 0;
      while (true) {
        while (at < page.length() && " \t\n".indexOf(page.charAt(at)) >= 0) {
          at++;
        }
        if (at == page.length()) {
          return entries;
        }
        Matcher matcher = page.charAt(at) == '#' ? comment(page, at) : sample(page, at, entries);
        if (matcher == null) {
          return null;
        }
        at = matcher.end();
      }
    }

    private static @Nullable Matcher comment(String page, int at) {
      Matcher metadata = METADATA.matcher(page).region(at, page.length());
      if (metadata.lookingAt()) {
        boolean valid = metadata.group(1).equals("HELP") || List.of("counter", "gauge", "histogram", "summary", "untyped").contains(metadata.group(2));
        return valid ? metadata : null;
      }
      if (BROKEN_METADATA.matcher(page).region(at, page.length()).lookingAt()) {
        return null;
      }
      Matcher comment = COMMENT.matcher(page).region(at, page.length());
      return comment.lookingAt() ? comment : null;
    }

    private static @Nullable Matcher sample(String page, int at, List<String> entries) {
      Matcher sample = SAMPLE.matcher(page).region(at, page.length());
      if (!sample.lookingAt() || !NUMBER.matcher(sample.group(2)).matches() || names(sample.group(1)) != 1) {
        return null;
      }
      double value = DecimalText.parse(sample.group(2).getBytes(StandardCharsets.UTF_8), 0, sample.group(2).length());
      entries.add(sample.group(1) + " = " + value + (sample.group(3) == null ? "" : " @ " + Long.parseLong(sample.group(3))));
      return sample;
    }

    /** How often a series names its metric; values are blanked first, so that nothing in them counts. */
    private static int names(String series) {
      String withoutValues = Pattern.compile("=[ \t]*+" + QUOTED).matcher(series).replaceAll("=,");
      Matcher name = BARE_NAME.matcher(withoutValues.replaceAll("(" + QUOTED + ")([ \t]*+=,)", "x$2"));
      int count = 0;
      int from = 0;
      while (name.find(from)) {
        count++;
        from = name.end();
      }
      return count;
    }
  }

  @Test
  void readsMangledPagesLikeItsTwin() throws IOException {
    long seed = Long.getLong("seed", 4711L);
    Random random = new Random(seed);
    String[] lines =
        (Files.readString(Shared.folder("corpora/exposition/java_client_mixed.txt"))
                + "{\"dotted.name\",a=\"b\"} 1 5\nm { a = \"b\" c=\"\\\"\\n\",} 2\n")
            .split("\n");
    String pool = "{}\"=,# \\\t0aE.+-_:\n";
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder page = new StringBuilder(lines[random.nextInt(lines.length)] + "\n" + lines[random.nextInt(lines.length)] + "\n");
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = random.nextInt(page.length());
        char c = pool.charAt(random.nextInt(pool.length()));
        switch (random.nextInt(3)) {
          case 0 -> page.setCharAt(at, c);
          case 1 -> page.insert(at, c);
          default -> page.deleteCharAt(at);
        }
      }
      List<String> expected = twin(page.toString());
      List<String> read = parser(page.toString());
      assertThat(read).as("seed %d: %s", seed, page).isEqualTo(expected);
      accepted += expected == null ? 0 : 1;
    }
    assertThat(accepted).isBetween(2_000, 18_000);
  }

  private static @Nullable List<String> twin(String page) {
    try {
      return Twin.read(page);
    } catch (NumberFormatException outOfRange) {
      return null;
    }
  }

  private static @Nullable List<String> parser(String page) {
    RawSeries series = new RawSeries();
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    try {
      ExpositionParser.parse(ExpositionFormat.TEXT_0_0_4, bytes, bytes.length, series);
      return series.entries;
    } catch (ExpositionException e) {
      return null;
    }
  }

  /** Keeps series undecoded. */
  private static final class RawSeries implements ExpositionSink {
    private final List<String> entries = new ArrayList<>();

    @Override
    public void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type) {}

    @Override
    public void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {}

    @Override
    public void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {}

    @Override
    public void sample(byte[] page, int from, int to, double value, long timestampMillis) {
      String time = timestampMillis == NO_TIMESTAMP ? "" : " @ " + timestampMillis;
      entries.add(new String(page, from, to - from, StandardCharsets.UTF_8) + " = " + value + time);
    }

    @Override
    public void histogram(byte[] page, int from, int to, Histogram histogram, long timestampMillis) {}

    @Override
    public void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis) {}

    @Override
    public void created(long timestampMillis) {}
  }
}
