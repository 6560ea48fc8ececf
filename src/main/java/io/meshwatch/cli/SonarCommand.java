package io.meshwatch.cli;

import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.sonar.Diagnosis;
import io.meshwatch.sonar.Doctor;
import io.meshwatch.sonar.SonarSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Smoke tests from the terminal. */
@Command(
    name = "sonar",
    mixinStandardHelpOptions = true,
    description = "Checks what smoke tests need.",
    subcommands = SonarCommand.DoctorCommand.class,
    footer = {"", "Example:", "  meshwatch sonar doctor --config monitor.dhall"})
public final class SonarCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec own = Objects.requireNonNull(spec);
    own.commandLine().usage(own.commandLine().getErr());
    return ExitCode.USAGE;
  }

  @Command(name = "doctor", mixinStandardHelpOptions = true,
      description = "Checks every precondition of the smoke tests and names the missing one and what to do.")
  static final class DoctorCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "configuration in Dhall")
    private Path configFile = Path.of("");

    @Override
    public Integer call() throws InterruptedException {
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      try (SystemEnvironment system = new SystemEnvironment()) {
        Environment environment = system.environment();
        SonarSettings settings = new ConfigLoader(environment.disk(), name -> Optional.ofNullable(System.getenv(name)),
                Path.of(System.getProperty("user.home", ".")))
            .load(configFile)
            .config()
            .sonar()
            .orElseThrow(() -> new CommandFailedException("no smoke tests are configured in " + configFile + "; set monitor.sonar"));
        List<Diagnosis> found = new Doctor(environment).examine(settings);
        found.forEach(each -> print(each, out));
        out.flush();
        boolean ready = found.stream()
            .allMatch(each -> each.outcome() == Diagnosis.Outcome.HOLDS || each.outcome() == Diagnosis.Outcome.DOUBTFUL);
        return ready ? ExitCode.FINE : ExitCode.NO;
      }
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
}
