package io.meshwatch.cli;

import io.meshwatch.sonar.Diagnosis;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says whether smoke tests can work, and if not, what is missing and what to do. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Checks every precondition of the smoke tests and names the missing one and what to do.",
    footer = {
      "", "Examples:", "  meshwatch sonar doctor --config monitor.dhall", "  meshwatch sonar doctor            # of the meshwatch that runs",
      "Exit code 1 if something is missing."
    })
final class SonarDoctorCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private SonarOptions options = new SonarOptions();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<Diagnosis> found;
    try (SonarSource source = options.open()) {
      found = source.examine();
    }
    found.forEach(each -> print(each, out));
    out.flush();
    boolean ready = found.stream()
        .allMatch(each -> each.outcome() == Diagnosis.Outcome.HOLDS || each.outcome() == Diagnosis.Outcome.DOUBTFUL);
    return ready ? ExitCode.FINE : ExitCode.NO;
  }

  private static void print(Diagnosis each, PrintWriter out) {
    String word = switch (each.outcome()) {
      case HOLDS -> "ok";
      case DOUBTFUL -> "doubtful";
      case MISSING -> "MISSING";
      case NOT_CHECKED -> "unknown";
    };
    out.printf("%-9s %-34s %-20s %s%n", word, each.subject(), each.check(), each.detail());
    if (!each.advice().isEmpty()) {
      out.println("          " + each.advice());
    }
  }
}
