package io.meshwatch.cli;

import io.meshwatch.sonar.Diagnosis;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
    int subject = width(found, Diagnosis::subject);
    int check = width(found, Diagnosis::check);
    found.forEach(each -> print(each, subject, check, out));
    out.flush();
    boolean ready = found.stream()
        .allMatch(each -> each.outcome() == Diagnosis.Outcome.HOLDS || each.outcome() == Diagnosis.Outcome.DOUBTFUL);
    return ready ? ExitCode.FINE : ExitCode.NO;
  }

  private static int width(List<Diagnosis> found, Function<Diagnosis, String> column) {
    return found.stream().mapToInt(each -> column.apply(each).length()).max().orElse(0);
  }

  private static void print(Diagnosis each, int subject, int check, PrintWriter out) {
    String word = switch (each.outcome()) {
      case HOLDS -> "ok";
      case DOUBTFUL -> "doubtful";
      case MISSING -> "MISSING";
      case NOT_CHECKED -> "unknown";
    };
    String columns = "%-9s %-" + subject + "s  %-" + check + "s  %s";
    out.println(String.format(Locale.ROOT, columns, word, each.subject(), each.check(), each.detail()).stripTrailing());
    if (!each.advice().isEmpty()) {
      out.println("          " + each.advice());
    }
  }
}
