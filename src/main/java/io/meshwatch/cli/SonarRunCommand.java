package io.meshwatch.cli;

import io.meshwatch.sonar.JunitReport;
import io.meshwatch.sonar.RunJson;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.TargetKey;
import io.meshwatch.sonar.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Smoke tests now, once. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs the smoke tests now, one after the other, and shows each step.",
    footer = {
      "",
      "Examples:",
      "  meshwatch sonar run                                          # all, by the meshwatch that runs",
      "  meshwatch sonar run aws.aws-main --config monitor.dhall      # one, by this process",
      "  meshwatch sonar run my-customer/my-project/aws.aws-main --junit report.xml",
      "Exit code 0 if all passed, 1 if one failed, 3 if Sonar itself could not do its work."
    })
final class SonarRunCommand implements Callable<Integer> {
  /** How runs are printed. */
  enum Output {
    TEXT,
    JSON
  }

  @Spec private @Nullable CommandSpec spec;

  @Mixin private SonarOptions options = new SonarOptions();

  @Parameters(paramLabel = "TARGET", arity = "0..1",
      description = "platform, project/platform, customer/project/platform, or customer.project.platform; default all")
  private @Nullable String wanted;

  @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", description = "text, or json: an array of whole runs")
  private Output output = Output.TEXT;

  @Option(names = "--junit", paramLabel = "FILE", description = "also writes the runs in JUnit's XML")
  private @Nullable Path junit;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<SonarRun> runs = new ArrayList<>();
    try (SonarSource source = options.open()) {
      for (TargetKey target : chosen(source.targets())) {
        SonarRun run = source.run(target, Trigger.MANUAL);
        runs.add(run);
        if (output == Output.TEXT) {
          SonarReport.print(run, out);
        }
      }
    }
    if (output == Output.JSON) {
      out.println(runs.stream().map(run -> RunJson.write(run).toString()).collect(Collectors.joining(",\n", "[", "]")));
    }
    out.flush();
    writeJunit(runs);
    return exitCode(runs);
  }

  private List<TargetKey> chosen(List<TargetKey> targets) {
    String name = wanted;
    List<TargetKey> chosen = targets.stream().filter(target -> name == null || isNamed(target, name)).toList();
    if (chosen.isEmpty() && name != null) {
      String known = targets.stream().map(TargetKey::name).collect(Collectors.joining(", "));
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "expected one of the targets " + known + ", got \"" + name + "\"");
    }
    if (chosen.isEmpty()) {
      throw new CommandFailedException("no smoke tests are configured; set monitor.sonar");
    }
    return chosen;
  }

  static boolean isNamed(TargetKey target, String name) {
    String path = target.customer() + "/" + target.project() + "/" + target.platform();
    String scoped = target.scope() + "/" + target.project() + "/" + target.platform();
    return name.equals(target.name()) || scoped.equals(name) || path.equals(name) || path.endsWith("/" + name);
  }

  private void writeJunit(List<SonarRun> runs) {
    Path file = junit;
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, JunitReport.of(runs));
    } catch (IOException e) {
      throw new CommandFailedException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** A run that says nothing hides what the others say: then it is Sonar that has to be mended first. */
  static int exitCode(List<SonarRun> runs) {
    if (runs.stream().anyMatch(run -> run.verdict() instanceof Verdict.Inconclusive)) {
      return ExitCode.FAILED;
    }
    return runs.stream().allMatch(run -> run.verdict() instanceof Verdict.Passed) ? ExitCode.FINE : ExitCode.NO;
  }
}
