package io.meshwatch.sonar;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.sonar.StepRun.Outcome;
import io.meshwatch.sonar.meshstack.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Says what is different between a run and its repetition; or shows it as shell lines for somebody who does not have meshwatch. */
public final class Replay {
  /** A placeholder's variable; a dollar sign that was in a text has a backslash before it. */
  private static final Pattern VARIABLE = Pattern.compile("(?<!\\\\)\\$([A-Z][A-Z_]*)");

  /** Variables that the reader finds on the way. */
  private static final Map<String, String> TOKENS = new TreeMap<>(Map.of("TOKEN", "access_token", "REFRESH_TOKEN", "refresh_token"));

  private Replay() {}

  /** What differs between two runs, one line per step that does, and the verdicts at the end; one line if nothing does. */
  public static List<String> difference(SonarRun before, SonarRun now) {
    List<String> lines = new ArrayList<>();
    for (StepRun step : lastAttempt(before)) {
      Optional<StepRun> other = lastAttempt(now).stream().filter(s -> s.name().equals(step.name())).findFirst();
      String then = describe(step);
      String today = other.map(Replay::describe).orElse("not a step any more");
      if (!then.equals(today)) {
        lines.add(step.name() + ": was " + then + ", is " + today);
      }
    }
    String verdict = verdict(before.verdict()).equals(verdict(now.verdict()))
        ? "the verdict is the same: " + verdict(now.verdict())
        : "the verdict was " + verdict(before.verdict()) + ", is " + verdict(now.verdict());
    lines.add(verdict);
    return lines;
  }

  private static List<StepRun> lastAttempt(SonarRun run) {
    int last = run.steps().stream().mapToInt(StepRun::attempt).max().orElse(1);
    return run.steps().stream().filter(step -> step.attempt() == last).toList();
  }

  private static String describe(StepRun step) {
    String outcome = switch (step.outcome()) {
      case PASSED -> "passed";
      case FAILED -> "failed (" + step.note() + ")";
      case SKIPPED -> "not reached";
    };
    // The last answer is the one that decided; how often the same was asked before it is chance.
    String status = step.exchanges().isEmpty() ? "" : status(step.exchanges().getLast());
    return status.isEmpty() || step.outcome() != Outcome.PASSED ? outcome : outcome + " with " + status;
  }

  private static String status(Exchange exchange) {
    return exchange.status() == 0 ? "no answer" : "status " + exchange.status();
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Passed passed -> passed.flaky() ? "passed at a later attempt" : "passed";
      case Verdict.Failed failed -> "failed at " + failed.evidence().step() + " (" + failed.failureClass().label() + ")";
      case Verdict.Inconclusive inconclusive -> "inconclusive (" + inconclusive.reason() + ")";
    };
  }

  /**
   * The requests of a run as shell lines, each step under a comment. Secrets are variables that the reader sets, such as {@code $PASSWORD};
   * the first lines name them, and say where tokens come from.
   */
  public static List<String> curl(SonarRun run) {
    List<String> lines = new ArrayList<>();
    for (StepRun step : lastAttempt(run)) {
      if (!step.exchanges().isEmpty()) {
        lines.add("# " + step.name() + ": " + step.outcome().name().toLowerCase(Locale.ROOT));
      }
      step.exchanges().forEach(exchange -> lines.add(curl(exchange)));
    }
    TreeSet<String> variables = new TreeSet<>();
    lines.forEach(line -> VARIABLE.matcher(line).results().forEach(found -> variables.add(found.group(1))));
    List<String> fromAnswers = TOKENS.keySet().stream().filter(variables::remove).toList();
    List<String> head = new ArrayList<>();
    if (!variables.isEmpty()) {
      head.add("# set first: " + String.join(", ", variables));
    }
    fromAnswers.forEach(name -> head.add("# " + name + " is " + TOKENS.get(name) + " in the answer to the login"));
    if (lines.stream().anyMatch(line -> line.contains("\"https:"))) {
      head.add("# if a private authority signs the certificates, add --cacert FILE");
    }
    head.addAll(lines);
    return head;
  }

  private static String curl(Exchange exchange) {
    StringBuilder line = new StringBuilder("curl -sS -i");
    if (!exchange.method().equals("GET")) {
      line.append(" -X ").append(exchange.method());
    }
    for (HttpCall.Header header : exchange.requestHeaders()) {
      line.append(" -H ").append(quoted(header.name() + ": " + header.value()));
    }
    if (!exchange.requestBody().isEmpty()) {
      line.append(" --data ").append(quoted(exchange.requestBody()));
    }
    return line.append(' ').append(quoted(exchange.url())).toString();
  }

  /** In double quotes, with everything inert for the shell but the placeholders, which become its variables. */
  private static String quoted(String text) {
    String inert = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("`", "\\`").replace("$", "\\$");
    StringBuilder result = new StringBuilder("\"");
    int from = 0;
    for (int open = inert.indexOf('<'); open >= 0; open = inert.indexOf('<', from)) {
      int close = inert.indexOf('>', open);
      String name = close < 0 ? "" : inert.substring(open + 1, close);
      result.append(inert, from, open);
      if (name.matches("[a-z-]{1,30}")) {
        result.append('$').append(name.replace('-', '_').toUpperCase(Locale.ROOT));
        from = close + 1;
      } else {
        result.append('<');
        from = open + 1;
      }
    }
    return result.append(inert, from, inert.length()).append('"').toString();
  }
}
