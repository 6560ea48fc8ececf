package io.meshwatch.cli;

import io.meshwatch.sonar.BudgetJson;
import io.meshwatch.sonar.ErrorBudget;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How much of what may fail within thirty days has failed, and how fast it goes on. */
@Command(
    name = "budget",
    mixinStandardHelpOptions = true,
    description = "Shows how much of what may fail within 30 days has failed, for availability and for quick replications.",
    footer = {
      "", "Examples:", "  meshwatch sonar budget", "  meshwatch sonar budget aws.aws-main --config monitor.dhall --data /var/lib/meshwatch",
      "A burn of 1× lasts for exactly the 30 days; in brackets where too few failed to tell. Exit code 1 if a budget is used up."
    })
final class SonarBudgetCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private SonarOptions options = new SonarOptions();

  @Parameters(paramLabel = "TARGET", arity = "0..1", description = "as in sonar run; default all")
  private @Nullable String wanted;

  @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", description = "text or json")
  private SonarRunCommand.Output output = SonarRunCommand.Output.TEXT;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    String name = wanted;
    List<ErrorBudget> budgets;
    try (SonarSource source = options.open()) {
      budgets = source.budgets().stream().filter(budget -> name == null || SonarRunCommand.isNamed(budget.target(), name)).toList();
    }
    switch (output) {
      case TEXT -> budgets.forEach(budget -> print(budget, out));
      case JSON -> out.println(budgets.stream().map(budget -> BudgetJson.write(budget).toString()).collect(Collectors.joining(",\n", "[", "]")));
    }
    out.flush();
    return budgets.stream().anyMatch(budget -> budget.availability().isSpent() || budget.replication().isSpent()) ? ExitCode.NO : ExitCode.FINE;
  }

  private static void print(ErrorBudget budget, PrintWriter out) {
    out.printf(Locale.ROOT, "%s  every %s s%n", budget.target().name(), number(budget.intervalMillis() / 1e3));
    print("availability", "failed", "runs are to pass", budget.availability(), out);
    String longer = "took longer than " + number(budget.replicationSeconds()) + " s";
    print("replication", longer, "replications are to be quicker", budget.replication(), out);
    String flaky = budget.flaky() == 0 ? "" : budget.flaky() + " passed only at a later attempt";
    print("", flaky, out);
    print("not counted", leftOut(budget), out);
    out.println();
  }

  private static String leftOut(ErrorBudget budget) {
    List<String> parts = new ArrayList<>();
    add(parts, budget.maintenance(), "in maintenance");
    add(parts, budget.restarts(), "while the backend restarted");
    add(parts, budget.errors(), "that Sonar could not do");
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(count + " " + what);
    }
  }

  private static void print(String name, String bad, String promise, ErrorBudget.Part part, PrintWriter out) {
    String state = part.isSpent() ? "USED UP" : String.format(Locale.ROOT, "%.1f %% left", part.left() * 100);
    String detail = String.format(Locale.ROOT, "%d %s, %s may in 30 days (%s %% of %s; %d seen)", part.bad(), bad, number(part.allowed()),
        number(part.objective() * 100), promise, part.all());
    print(name, String.format(Locale.ROOT, "%-12s %s", state, detail), out);
    print("", String.format(Locale.ROOT, "%-12s %s", "burns", part.burns().stream().map(SonarBudgetCommand::burn).collect(Collectors.joining("   "))), out);
  }

  private static void print(String name, String text, PrintWriter out) {
    if (!text.isEmpty()) {
      out.printf("  %-13s %s%n", name, text);
    }
  }

  /** A rate that few failures make is in brackets: it says more about chance than about meshStack. */
  private static String burn(ErrorBudget.Burn burn) {
    String rate = burn.all() == 0 ? "no runs" : String.format(Locale.ROOT, "%.1f×", burn.rate());
    return burn.span() + " " + (burn.bad() > 0 && !burn.telling() ? "(" + rate + ")" : rate);
  }

  /** Sums of parts are off by a little: 5184.000000000005 is a whole number here. */
  private static String number(double value) {
    return Math.abs(value - Math.rint(value)) < 1e-6 ? String.valueOf(Math.round(value)) : String.format(Locale.ROOT, "%.1f", value);
  }
}
