package io.meshwatch.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Smoke tests from the terminal. */
@Command(
    name = "sonar",
    mixinStandardHelpOptions = true,
    description = "Runs smoke tests, checks what they need, shows and repeats past runs, says how much may still fail, serves a simulated meshStack.",
    subcommands = {
      SonarRunCommand.class, SonarDoctorCommand.class, SonarHistoryCommand.class, SonarBudgetCommand.class, SonarReplayCommand.class,
      SonarSandboxCommand.class
    },
    footer = {"", "Examples:", "  meshwatch sonar run", "  meshwatch sonar doctor --config monitor.dhall"})
public final class SonarCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec own = Objects.requireNonNull(spec);
    own.commandLine().usage(own.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
