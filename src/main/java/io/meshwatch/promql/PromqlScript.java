package io.meshwatch.promql;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.PromDuration;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs Prometheus' {@code .test} scripts: load series, evaluate, compare. Each instant evaluation also runs as the middle of a
 * range query and, with its selectors pinned by {@code @}, at other times. Confined to one thread.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/promql/promqltest/README.md">The PromQL test scripting language</a>
 */
public final class PromqlScript {
  /** A script's name, for messages, and its text. */
  public record Source(String name, String text) {}

  /** What became of one evaluation or of a line that could not be understood; {@code failure} is null if it passed. */
  public record Result(String file, int line, @Nullable String failure) {}

  /** How many evaluations of all scripts passed, failed and were left out. */
  public record Counts(int passed, int failed, int skipped) {}

  private static final Pattern LOAD = Pattern.compile("load(_with_nhcb)?\\s+(\\S+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern INSTANT =
      Pattern.compile("eval(?:_(fail|warn|info|ordered))?\\s+instant\\s+(?:at\\s+(\\S+))?\\s+(.+)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern RANGE = Pattern.compile(
      "eval(?:_(fail|warn|info))?\\s+range\\s+from\\s+(\\S+)\\s+to\\s+(\\S+)\\s+step\\s+(\\S+)\\s+(.+)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern NUMBER = Pattern.compile("[-+]?(inf|nan|0x[0-9a-f]+|[0-9.][0-9.e+-]*)", Pattern.CASE_INSENSITIVE);

  private final Source source;
  private final ScriptEvaluation evaluation;
  private final MemoryStore store = new MemoryStore();
  private final List<Result> results = new ArrayList<>();
  private final String[] lines;
  private int at;

  private PromqlScript(Source source, Workers workers, Clock clock) {
    this.source = source;
    this.evaluation = new ScriptEvaluation(store, workers, clock);
    this.lines = source.text().split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      lines[i] = line.startsWith("#") ? "" : line;
    }
  }

  /** Runs one script. */
  public static List<Result> run(Source source, Workers workers, Clock clock) {
    return new PromqlScript(source, workers, clock).run();
  }

  /** Runs scripts and prints each failure, a row for each script and, last, {@code N passed, N failed, N skipped}. */
  public static Counts run(List<Source> sources, Workers workers, Clock clock, PrintStream out) {
    int passed = 0;
    int failed = 0;
    for (Source source : sources) {
      List<Result> results = run(source, workers, clock);
      int bad = 0;
      for (Result result : results) {
        if (result.failure() != null) {
          bad++;
          out.println(result.file() + ":" + result.line() + ": " + result.failure());
        }
      }
      out.println(source.name() + ": " + (results.size() - bad) + " passed, " + bad + " failed");
      passed += results.size() - bad;
      failed += bad;
    }
    out.println(passed + " passed, " + failed + " failed, 0 skipped");
    return new Counts(passed, failed, 0);
  }

  private List<Result> run() {
    while (at < lines.length) {
      String line = lines[at];
      if (line.isEmpty()) {
        at++;
        continue;
      }
      int number = at + 1;
      try {
        command(line, number);
      } catch (ParseException | IllegalArgumentException e) {
        results.add(new Result(source.name(), number, "cannot understand " + line + ": " + e.getMessage()));
        skipBlock();
      }
    }
    return results;
  }

  private void skipBlock() {
    while (at < lines.length && !lines[at].isEmpty()) {
      at++;
    }
  }

  private void command(String line, int number) {
    String word = line.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    if (word.equals("clear")) {
      store.clear();
      at++;
    } else if (word.startsWith("load")) {
      load(line);
    } else if (word.startsWith("eval")) {
      evaluate(line, number);
    } else {
      throw new IllegalArgumentException("expected clear, load or eval, got " + word);
    }
  }

  // load

  private void load(String line) {
    Matcher match = matched(LOAD, line, "load STEP");
    long step = PromDuration.parseMillis(match.group(2));
    at++;
    List<SeriesDescription> loaded = new ArrayList<>();
    List<@Nullable Long> starts = List.of();
    while (at < lines.length && !lines[at].isEmpty()) {
      String text = lines[at++];
      int end = SeriesDescription.endOfMetric(text);
      if (text.startsWith("@st", end) || text.substring(0, end).endsWith("@st")) {
        starts = StartOffsets.parse(text.substring(text.indexOf("@st") + 3));
        continue;
      }
      SeriesDescription series = SeriesDescription.parse(text);
      store.load(series, 0, step, starts);
      loaded.add(series);
      starts = List.of();
    }
    if (match.group(1) != null) {
      CustomBucketConversion.convert(loaded, step, store);
    }
  }

  private static Matcher matched(Pattern pattern, String line, String expected) {
    Matcher match = pattern.matcher(line);
    if (!match.matches()) {
      throw new IllegalArgumentException("expected " + expected);
    }
    return match;
  }

  // eval

  private void evaluate(String line, int number) {
    Expectation expectation;
    boolean range = line.toLowerCase(Locale.ROOT).matches("eval\\S*\\s+range\\s.*");
    if (range) {
      Matcher match = matched(RANGE, line, "eval range from START to END step STEP EXPR");
      expectation = new Expectation(match.group(5), millis(match.group(2)), millis(match.group(3)), millis(match.group(4)), true);
      expectation.legacy(match.group(1));
    } else {
      Matcher match = matched(INSTANT, line, "eval instant at TIME EXPR");
      long time = match.group(2) == null ? 0 : millis(match.group(2));
      expectation = new Expectation(match.group(3), time, time, 1, false);
      expectation.legacy(match.group(1));
    }
    at++;
    while (at < lines.length && !lines[at].isEmpty()) {
      String text = lines[at++];
      if (text.toLowerCase(Locale.ROOT).startsWith("expect ")) {
        expectation.directive(text.substring("expect ".length()).strip());
      } else if (NUMBER.matcher(text).matches()) {
        expectation.scalar(text);
        break;
      } else {
        expectation.series(SeriesDescription.parse(text));
      }
    }
    results.add(new Result(source.name(), number, evaluation.check(expectation)));
  }

  /** A time or duration, which may be negative. */
  static long millis(String text) {
    return text.startsWith("-") ? -PromDuration.parseMillis(text.substring(1)) : PromDuration.parseMillis(text);
  }
}
