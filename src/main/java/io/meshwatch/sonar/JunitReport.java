package io.meshwatch.sonar;

import io.meshwatch.sonar.StepRun.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * Runs as JUnit's XML, for build servers: a suite per run, a case per step of its last attempt. Steps that were not reached are
 * skipped; a fault of Sonar's own is an error, not a failure.
 */
public final class JunitReport {
  private JunitReport() {}

  public static String of(List<SonarRun> runs) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append("<testsuites name=\"meshwatch sonar\"");
    counts(xml, runs.stream().mapToLong(run -> cases(run).size()).sum(), runs.stream().filter(JunitReport::isFailed).count(),
        runs.stream().filter(JunitReport::isError).count(), runs.stream().mapToLong(SonarRun::durationNanos).sum());
    xml.append(">\n");
    runs.forEach(run -> suite(xml, run));
    return xml.append("</testsuites>\n").toString();
  }

  private static void suite(StringBuilder xml, SonarRun run) {
    List<StepRun> cases = cases(run);
    xml.append("  <testsuite");
    attribute(xml, "name", run.target().name());
    attribute(xml, "id", run.id());
    attribute(xml, "timestamp", EvidenceText.moment(run.startedMillis()));
    counts(xml, cases.size(), isFailed(run) ? 1 : 0, isError(run) ? 1 : 0, run.durationNanos());
    attribute(xml, "skipped", String.valueOf(cases.stream().filter(step -> step.outcome() == Outcome.SKIPPED).count()));
    xml.append(">\n");
    cases.forEach(step -> testCase(xml, run, step));
    if (cases.isEmpty() && run.verdict() instanceof Verdict.Inconclusive inconclusive) {
      xml.append("    <system-err>").append(escaped(inconclusive.reason())).append("</system-err>\n");
    }
    xml.append("  </testsuite>\n");
  }

  private static void testCase(StringBuilder xml, SonarRun run, StepRun step) {
    xml.append("    <testcase");
    attribute(xml, "classname", run.target().name());
    attribute(xml, "name", step.name());
    attribute(xml, "time", seconds(step.durationNanos()));
    xml.append('>');
    switch (step.outcome()) {
      case PASSED -> { }
      case SKIPPED -> xml.append("<skipped/>");
      case FAILED -> failed(xml, run, step);
    }
    xml.append("</testcase>\n");
  }

  private static void failed(StringBuilder xml, SonarRun run, StepRun step) {
    String element = isError(run) ? "error" : "failure";
    xml.append('<').append(element);
    switch (run.verdict()) {
      case Verdict.Failed failed -> {
        attribute(xml, "type", failed.failureClass().label());
        attribute(xml, "message", step.note());
        xml.append('>').append(escaped(String.join("\n", EvidenceText.lines(failed.evidence()))));
      }
      case Verdict.Inconclusive inconclusive -> {
        attribute(xml, "type", "sonar");
        attribute(xml, "message", inconclusive.reason());
        xml.append('>');
      }
      case Verdict.Passed _ -> xml.append('>');
    }
    xml.append("</").append(element).append('>');
  }

  private static List<StepRun> cases(SonarRun run) {
    int last = run.steps().stream().mapToInt(StepRun::attempt).max().orElse(1);
    return run.steps().stream().filter(step -> step.attempt() == last).toList();
  }

  private static boolean isFailed(SonarRun run) {
    return run.verdict() instanceof Verdict.Failed;
  }

  private static boolean isError(SonarRun run) {
    return run.verdict() instanceof Verdict.Inconclusive;
  }

  private static void counts(StringBuilder xml, long tests, long failures, long errors, long nanos) {
    attribute(xml, "tests", String.valueOf(tests));
    attribute(xml, "failures", String.valueOf(failures));
    attribute(xml, "errors", String.valueOf(errors));
    attribute(xml, "time", seconds(nanos));
  }

  private static void attribute(StringBuilder xml, String name, String value) {
    xml.append(' ').append(name).append("=\"").append(escaped(value)).append('"');
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
  }

  /** XML 1.0 has no way to write most control characters; an answer's body may hold them. */
  private static String escaped(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      switch (c) {
        case '&' -> result.append("&amp;");
        case '<' -> result.append("&lt;");
        case '>' -> result.append("&gt;");
        case '"' -> result.append("&quot;");
        case '\n', '\t' -> result.appendCodePoint(c);
        default -> result.appendCodePoint(c < 0x20 || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF ? 0xFFFD : c);
      }
    });
    return result.toString();
  }
}
