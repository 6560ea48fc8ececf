package io.meshwatch.cli;

import picocli.CommandLine.Command;

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
public final class SonarCommand extends CommandGroup {}
