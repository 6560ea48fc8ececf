package io.meshwatch.rules;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.PromDuration;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.Value;
import io.meshwatch.rules.UnitTestFile.AlertCheck;
import io.meshwatch.rules.UnitTestFile.ExpectedAlert;
import io.meshwatch.rules.UnitTestFile.QueryCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs unit tests of rules in promtool's format: series go into a store in memory, the rules are evaluated on them from time 0 on, and
 * firing alerts and answers of queries are compared with what the file expects. Rules behave exactly as in Prometheus here: a
 * target that stops answering resolves its alerts. Safe for all threads.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/">Unit testing rules</a>
 */
public final class RuleUnitTests {
  private static final String DEFAULT_EXTERNAL_URL = "http://localhost:9090";
  /** Most evaluations of all groups in one test. */
  private static final long EVALUATIONS_MAX = 10_000_000;

  private final Environment environment;
  private final Options options;

  /**
   * What to run.
   *
   * @param nameFilters regular expressions of which one must be found in a test's name; none = all tests
   * @param unknownKeysAllowed whether keys that are not known are left alone
   * @param asDifference whether failures say what is missing (-) and what is too much (+), instead of both lists
   * @param debug whether results tell all data that a test had at its end
   */
  public record Options(List<String> nameFilters, boolean unknownKeysAllowed, boolean asDifference, boolean debug) {
    public static final Options ALL = new Options(List.of(), false, false, false);
  }

  /**
   * How the tests of one file went.
   *
   * @param file the file
   * @param mistakes why its tests could not run at all
   * @param tests its tests
   */
  public record FileResult(Path file, List<Problem> mistakes, List<TestResult> tests) {
    public boolean passed() {
      return mistakes.isEmpty() && tests.stream().allMatch(test -> test.failures().isEmpty());
    }
  }

  /**
   * How one test went.
   *
   * @param name its name, or its number if it has none
   * @param skipped whether it was not chosen
   * @param failures what was not as expected, with its place
   * @param seconds how long it took
   * @param data all data that it had at its end, if that was asked for
   */
  public record TestResult(String name, boolean skipped, List<Problem> failures, double seconds, List<String> data) {}

  private RuleUnitTests(Environment environment, Options options) {
    this.environment = environment;
    this.options = options;
  }

  /** Runs the tests of all files. */
  public static List<FileResult> run(List<Path> files, Environment environment, Options options) throws InterruptedException {
    List<FileResult> results = new ArrayList<>();
    for (Path file : files) {
      results.add(new RuleUnitTests(environment, options).run(file));
    }
    return results;
  }

  private FileResult run(Path file) throws InterruptedException {
    UnitTestFile tests;
    List<RuleGroupSpec> groups;
    try {
      tests = UnitTestFile.parse(file.toString(), text(file), options.unknownKeysAllowed());
      groups = groups(tests, file);
    } catch (ProblemsException e) {
      return new FileResult(file, e.problems(), List.of());
    }
    List<TestResult> results = new ArrayList<>();
    for (int i = 0; i < tests.tests().size(); i++) {
      results.add(run(file, tests, groups, tests.tests().get(i), i + 1));
    }
    return new FileResult(file, List.of(), results);
  }

  private String text(Path file) {
    try {
      return new String(environment.disk().readAll(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "cannot read the file: " + e.getMessage()));
    }
  }

  /** The groups of the rule files, those that the file orders first. */
  private List<RuleGroupSpec> groups(UnitTestFile tests, Path file) {
    Path folder = java.util.Objects.requireNonNullElse(file.getParent(), Path.of(""));
    List<Problem> problems = new ArrayList<>();
    List<RuleGroupSpec> groups = new ArrayList<>();
    for (Path ruleFile : RulePack.files(tests.ruleFiles(), environment.disk(), folder, problems)) {
      try {
        groups.addAll(RuleFiles.parse(ruleFile.toString(), text(ruleFile), OnMissingData.RESOLVE));
      } catch (ProblemsException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new ProblemsException(problems);
    }
    List<String> order = tests.groupOrder();
    groups.sort(Comparator.comparingInt(group -> order.contains(group.name()) ? order.indexOf(group.name()) : order.size()));
    return groups;
  }

  private TestResult run(Path file, UnitTestFile tests, List<RuleGroupSpec> groups, UnitTestFile.Test test, int number)
      throws InterruptedException {
    String name = test.name().isEmpty() ? "test " + number : test.name();
    boolean chosen = options.nameFilters().isEmpty()
        || options.nameFilters().stream().anyMatch(filter -> com.google.re2j.Pattern.compile(filter).matcher(test.name()).find());
    if (!chosen) {
      return new TestResult(name, true, List.of(), 0, List.of());
    }
    long start = environment.clock().monotonicNanos();
    Run run = new Run(file, tests, groups, test);
    List<Problem> failures = run.failures();
    double seconds = (environment.clock().monotonicNanos() - start) / 1e9;
    return new TestResult(name, false, failures, seconds, options.debug() ? RuleTestDump.of(run.engine, run.lastMillis()) : List.of());
  }

  /** One test. */
  private final class Run {
    private final Path file;
    private final UnitTestFile tests;
    private final UnitTestFile.Test test;
    private final MemoryEngine engine;
    private final List<RuleGroup> groups;
    private final List<Problem> failures = new ArrayList<>();

    Run(Path file, UnitTestFile tests, List<RuleGroupSpec> specs, UnitTestFile.Test test) {
      this.file = file;
      this.tests = tests;
      this.test = test;
      this.engine = new MemoryEngine(environment, tests.evaluationIntervalMillis());
      String externalUrl = test.externalUrl().isEmpty() ? DEFAULT_EXTERNAL_URL : test.externalUrl();
      RuleOptions ruleOptions = RuleOptions.defaults(externalUrl)
          .withExternalLabels(test.externalLabels())
          .withEvaluationInterval(tests.evaluationIntervalMillis());
      RuleMetrics metrics = new RuleMetrics(new Telemetry());
      this.groups = specs.stream()
          .map(spec -> RuleGroup.forUnitTest(spec, engine, ruleOptions, metrics, environment.clock()))
          .toList();
    }

    List<Problem> failures() throws InterruptedException {
      test.input().forEach(series -> engine.store().load(series, 0, test.intervalMillis()));
      Map<Long, List<AlertCheck>> alertChecks = new TreeMap<>();
      test.alertChecks().forEach(check -> alertChecks.computeIfAbsent(check.atMillis(), at -> new ArrayList<>()).add(check));
      long interval = tests.evaluationIntervalMillis();
      long last = lastMillis();
      if (last / interval > EVALUATIONS_MAX) {
        return List.of(failure(test.line(), "the test takes more than " + EVALUATIONS_MAX + " evaluations"));
      }
      for (long at = 0; at <= last; at += interval) {
        if (!evaluate(at)) {
          return failures;
        }
        long now = at;
        alertChecks.forEach((due, checks) -> {
          if (now <= due && due < now + interval) {
            checks.forEach(this::check);
          }
        });
      }
      for (QueryCheck check : test.queryChecks()) {
        check(check);
      }
      return failures;
    }

    private long lastMillis() {
      long last = 0;
      for (AlertCheck check : test.alertChecks()) {
        last = Math.max(last, check.atMillis());
      }
      for (QueryCheck check : test.queryChecks()) {
        last = Math.max(last, check.atMillis());
      }
      return last;
    }

    /** Evaluates all groups; false if a rule failed, which ends the test. */
    private boolean evaluate(long at) throws InterruptedException {
      for (RuleGroup group : groups) {
        group.evaluate(at);
        for (RuleStatus rule : group.status().rules()) {
          if (!rule.lastError().isEmpty()) {
            failures.add(failure(test.line(), "rule " + Names.quote(rule.rule().name()) + ", time: " + PromDuration.format(at) + ": "
                + rule.lastError()));
          }
        }
      }
      return failures.isEmpty();
    }

    private Problem failure(int line, String message) {
      return Problem.error(file.toString(), line, 0, message);
    }

    private void check(AlertCheck check) {
      List<ExpectedAlert> got = groups.stream()
          .flatMap(group -> group.status().rules().stream())
          .filter(rule -> rule.rule().name().equals(check.alert()))
          .flatMap(rule -> rule.alerts().stream())
          .filter(alert -> alert.phase() == ActiveAlert.Phase.FIRING)
          .map(alert -> new ExpectedAlert(alert.labels(), alert.annotations()))
          .sorted(BY_LABELS)
          .toList();
      List<ExpectedAlert> expected = check.expected().stream().sorted(BY_LABELS).toList();
      if (!got.equals(expected)) {
        failures.add(failure(check.line(), "alertname: " + check.alert() + ", time: " + PromDuration.format(check.atMillis())
            + mismatch(expected, got)));
      }
    }

    private void check(QueryCheck check) {
      String where = "expr: " + Names.quote(check.expression()) + ", time: " + PromDuration.format(check.atMillis());
      List<TestSample> got;
      try {
        got = samples(engine.query(check.expression(), check.atMillis(), QueryLimits.DEFAULT).value());
      } catch (ParseException | QueryException | RuleException e) {
        failures.add(failure(check.line(), where + ", err: " + e.getMessage()));
        return;
      }
      List<TestSample> expected = check.expected().stream().sorted(Comparator.comparing(TestSample::labels)).toList();
      boolean same = got.size() == expected.size();
      for (int i = 0; same && i < got.size(); i++) {
        same = got.get(i).matches(expected.get(i), tests.fuzzy());
      }
      if (!same) {
        failures.add(failure(check.line(), where + mismatch(expected, got)));
      }
    }

    private static List<TestSample> samples(Value value) {
      return switch (value) {
        case Value.Vector vector ->
            vector.samples().stream().map(TestSample::of).sorted(Comparator.comparing(TestSample::labels)).toList();
        case Value.Scalar scalar -> List.of(new TestSample(Labels.EMPTY, scalar.value(), null));
        case Value.Text text -> throw new RuleException("the result is a string, expected samples");
        case Value.Matrix matrix -> throw new RuleException("the result is a range vector, expected samples");
      };
    }

    private String mismatch(List<?> expected, List<?> got) {
      if (!options.asDifference()) {
        return "\n    exp: " + lines(expected) + "\n    got: " + lines(got);
      }
      StringBuilder difference = new StringBuilder();
      expected.forEach(each -> difference.append("\n    ").append(got.contains(each) ? "  " : "- ").append(each));
      got.stream().filter(each -> !expected.contains(each)).forEach(each -> difference.append("\n    + ").append(each));
      return difference.toString();
    }

    private static String lines(List<?> list) {
      return list.isEmpty() ? "nothing" : String.join("\n         ", list.stream().map(Object::toString).toList());
    }
  }

  private static final Comparator<ExpectedAlert> BY_LABELS =
      Comparator.comparing(ExpectedAlert::labels).thenComparing(ExpectedAlert::annotations);

  /** The results in JUnit's XML, one suite for each file. */
  public static String junitXml(List<FileResult> results) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (FileResult result : results) {
      long failed = result.tests().stream().filter(test -> !test.failures().isEmpty()).count();
      long skipped = result.tests().stream().filter(TestResult::skipped).count();
      boolean broken = !result.mistakes().isEmpty();
      xml.append("  <testsuite name=\"").append(escaped(result.file().toString()))
          .append("\" tests=\"").append(result.tests().size() + (broken ? 1 : 0))
          .append("\" failures=\"").append(failed)
          .append("\" errors=\"").append(broken ? 1 : 0)
          .append("\" skipped=\"").append(skipped).append("\">\n");
      if (broken) {
        testCase(xml, "file", 0, "error", result.mistakes());
      }
      for (TestResult test : result.tests()) {
        if (test.skipped()) {
          xml.append("    <testcase name=\"").append(escaped(test.name())).append("\"><skipped/></testcase>\n");
        } else {
          testCase(xml, test.name(), test.seconds(), "failure", test.failures());
        }
      }
      xml.append("  </testsuite>\n");
    }
    return xml.append("</testsuites>\n").toString();
  }

  private static void testCase(StringBuilder xml, String name, double seconds, String kind, List<Problem> problems) {
    xml.append("    <testcase name=\"").append(escaped(name)).append("\" time=\"")
        .append(String.format(java.util.Locale.ROOT, "%.3f", seconds)).append('"');
    if (problems.isEmpty()) {
      xml.append("/>\n");
      return;
    }
    String text = String.join("\n", problems.stream().map(Problem::toString).toList());
    xml.append(">\n      <").append(kind).append('>').append(escaped(text)).append("</").append(kind).append(">\n    </testcase>\n");
  }

  /** For XML text and attributes; characters that XML 1.0 does not have become a replacement character. */
  private static String escaped(String text) {
    return text.replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]", "\uFFFD")
        .replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("\n", "&#10;");
  }
}
