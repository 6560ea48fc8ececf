package io.meshwatch.cli;

import io.meshwatch.cli.SonarSource.PastRun;
import io.meshwatch.sonar.EvidenceText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Past runs, one per line. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Shows past runs, newest first; their names are what replay takes.",
    footer = {
      "",
      "Examples:",
      "  meshwatch sonar history",
      "  meshwatch sonar history aws.aws-main --failed --count 10",
      "  meshwatch sonar history --config monitor.dhall --data /var/lib/meshwatch"
    })
final class SonarHistoryCommand implements Callable<Integer> {
  private static final int COUNT_DEFAULT = 40;
  private static final int COUNT_MAX = 10_000;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private SonarOptions options = new SonarOptions();

  @Parameters(paramLabel = "TARGET", arity = "0..1", description = "as in sonar run; default all")
  private @Nullable String wanted;

  @Option(names = "--failed", description = "only runs that did not pass")
  private boolean onlyFailed;

  @Option(names = "--count", paramLabel = "N", description = "at most so many runs, default " + COUNT_DEFAULT)
  private int count = COUNT_DEFAULT;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    String name = wanted;
    List<PastRun> runs;
    try (SonarSource source = options.open()) {
      runs = source.history(COUNT_MAX).stream()
          .filter(run -> name == null || SonarRunCommand.isNamed(run.target(), name))
          .filter(run -> !onlyFailed || !(run.result().equals("passed") || run.result().equals("flaky")))
          .limit(Math.clamp(count, 0, COUNT_MAX))
          .toList();
    }
    runs.forEach(run -> print(run, out));
    if (runs.isEmpty()) {
      out.println("(no runs)");
    }
    out.flush();
    return ExitCode.FINE;
  }

  private static void print(PastRun run, PrintWriter out) {
    String why = run.reason().isEmpty() ? "" : run.step().isEmpty() ? run.reason() : run.reason() + " at " + run.step();
    out.printf("%-20s  %-18s  %-12s  %9s  %s  %s%n", EvidenceText.moment(run.startedMillis()), run.id(), run.result(),
        EvidenceText.millis(Math.round(run.durationMillis() * 1e6)), run.target().name(), why);
  }
}
