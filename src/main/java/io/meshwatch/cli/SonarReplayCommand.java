package io.meshwatch.cli;

import io.meshwatch.sonar.Replay;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A past run again, and what is different now. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = "Repeats a run and prints what is different now.",
    footer = {
      "",
      "Examples:",
      "  meshwatch sonar replay mi9x3k2a-1f2e3d4c",
      "  meshwatch sonar replay mi9x3k2a-1f2e3d4c --curl     # sends nothing: shell lines with variables for secrets",
      "Exit code 0 if it passes now, 1 if it fails, 3 if Sonar itself could not do its work."
    })
final class SonarReplayCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private SonarOptions options = new SonarOptions();

  @Parameters(paramLabel = "RUN", description = "a run's name, see sonar history")
  private String id = "";

  @Option(names = "--curl", description = "prints the run's requests as shell lines instead of sending them")
  private boolean curl;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (SonarSource source = options.open()) {
      SonarRun before = source.recorded(id)
          .orElseThrow(() -> new ParameterException(Objects.requireNonNull(spec).commandLine(),
              "there is no run " + id + "; see meshwatch sonar history. Old runs are deleted after some time"));
      if (curl) {
        Replay.curl(before).forEach(out::println);
        out.flush();
        return ExitCode.FINE;
      }
      SonarRun now = source.run(before.target(), Trigger.REPLAY);
      SonarReport.print(now, out);
      out.println("Compared with run " + before.id() + ":");
      Replay.difference(before, now).forEach(line -> out.println("  " + line));
      out.flush();
      return SonarRunCommand.exitCode(List.of(now));
    }
  }
}
