package io.meshwatch.cli;

import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command without a name: shows what there is. */
@Command(
    name = "meshwatch",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Watches a meshStack installation: metrics, alerts by mail, live smoke tests.",
    footer = {"", "Begin with: meshwatch up"})
public final class MeshwatchCommand extends CommandGroup {
  /** A command line whose commands end with the codes of {@link ExitCode}. */
  public static CommandLine commandLine(Object... commands) {
    CommandLine line = new CommandLine(new MeshwatchCommand());
    for (Object command : commands) {
      line.addSubcommand(command);
    }
    line.setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command.getErr()));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /** Prints why a command failed, in one sentence where the failure is not ours, and gives the exit code. */
  public static int explain(Exception failure, PrintWriter err) {
    if (failure instanceof ProblemsException problems) {
      problems.problems().stream().sorted(Problem.BY_PLACE).forEach(err::println);
      return ExitCode.NO;
    }
    if (failure instanceof CommandFailedException) {
      err.println("meshwatch: " + failure.getMessage());
      return ExitCode.FAILED;
    }
    err.println("meshwatch: unexpected failure, please report it");
    failure.printStackTrace(err);
    return ExitCode.FAILED;
  }
}
