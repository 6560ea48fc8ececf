package io.meshwatch.cli;

import io.meshwatch.sonar.EvidenceText;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.StepRun;
import io.meshwatch.sonar.Verdict;
import io.meshwatch.sonar.meshstack.Exchange;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A run as a terminal shows it: a line per step, and the evidence below the one that failed. */
final class SonarReport {
  private SonarReport() {}

  static void print(SonarRun run, PrintWriter out) {
    out.printf("%s  %s  %s, run %s%n", headline(run.verdict()), run.target().name(), EvidenceText.millis(run.durationNanos()), run.id());
    int attempts = run.steps().stream().mapToInt(StepRun::attempt).max().orElse(1);
    for (StepRun step : run.steps()) {
      out.println(line(step, attempts > 1));
      if (step.outcome() == StepRun.Outcome.FAILED && step.attempt() == attempts) {
        evidence(run.verdict()).forEach(line -> out.println("      " + line.replace("\n", "\n      ")));
      }
    }
    switch (run.verdict()) {
      case Verdict.Failed _ -> { }
      case Verdict.Inconclusive inconclusive -> out.println("  this says nothing about meshStack: " + inconclusive.reason());
      case Verdict.Passed passed -> {
        if (!passed.note().isEmpty()) {
          out.println("  " + passed.note());
        }
      }
    }
    out.println();
    out.flush();
  }

  private static String headline(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Passed passed -> passed.flaky() ? "FLAKY " : "PASSED";
      case Verdict.Failed _ -> "FAILED";
      case Verdict.Inconclusive _ -> "NO RESULT";
    };
  }

  private static String line(StepRun step, boolean withAttempt) {
    String name = withAttempt ? step.name() + " (" + step.attempt() + ")" : step.name();
    String word = switch (step.outcome()) {
      case PASSED -> "passed";
      case FAILED -> "FAILED";
      case SKIPPED -> "not reached";
    };
    boolean noted = step.outcome() == StepRun.Outcome.PASSED && !step.note().isEmpty();
    return String.format(Locale.ROOT, "  %-18s %-12s %9s  %s%s", name, word,
        step.outcome() == StepRun.Outcome.SKIPPED ? "" : EvidenceText.millis(step.durationNanos()), statuses(step.exchanges()),
        noted ? "  " + step.note() : "").stripTrailing();
  }

  private static String statuses(List<Exchange> exchanges) {
    return String.join(" ", exchanges.stream().map(e -> e.status() == 0 ? "-" : String.valueOf(e.status())).distinct().toList());
  }

  private static List<String> evidence(Verdict verdict) {
    return verdict instanceof Verdict.Failed failed ? EvidenceText.lines(failed.evidence()) : List.of();
  }
}
