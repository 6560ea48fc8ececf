package io.meshwatch.cli;

import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.AlertmanagerFiles;
import io.meshwatch.rules.OnMissingData;
import io.meshwatch.rules.RuleFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says everything that is wrong with configurations and rule files, without starting anything. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Checks configurations (.dhall), rule files and alertmanager.yml (.yml, .yaml): all problems with file, line and column.",
    footer = {"", "Example:", "  meshwatch check monitor.dhall rules/*.yml", "Exit code 1 if there is a problem; warnings are no problems."})
public final class CheckCommand implements Callable<Integer> {
  /** What only an {@code alertmanager.yml} begins a line with. */
  private static final Pattern ALERTMANAGER = Pattern.compile("(?m)^(route|receivers|inhibit_rules):");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "configuration or rule file")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Disk disk = new SystemDisk();
    int errors = 0;
    for (Path file : files) {
      List<Problem> problems = problems(file, disk);
      problems.stream().sorted(Problem.BY_PLACE).forEach(out::println);
      long wrong = problems.stream().filter(problem -> !problem.warning()).count();
      errors += (int) wrong;
      out.println(file + ": " + (wrong == 0 ? "fine" : wrong + (wrong == 1 ? " problem" : " problems")));
    }
    out.flush();
    return errors == 0 ? ExitCode.FINE : ExitCode.NO;
  }

  private static List<Problem> problems(Path file, Disk disk) {
    String name = file.toString();
    try {
      if (name.endsWith(".dhall")) {
        ConfigLoader loader =
            new ConfigLoader(disk, variable -> Optional.ofNullable(System.getenv(variable)), Path.of(System.getProperty("user.home", ".")));
        return loader.load(file).warnings();
      }
      if (name.endsWith(".yml") || name.endsWith(".yaml")) {
        String text = read(file, disk);
        if (ALERTMANAGER.matcher(text).find()) {
          return AlertmanagerFiles.load(file, disk).warnings();
        }
        RuleFiles.parse(name, text, OnMissingData.KEEP);
        return List.of();
      }
      return List.of(Problem.error(name, 0, 0, "expected a configuration (.dhall) or a rule file (.yml, .yaml)"));
    } catch (ProblemsException e) {
      return e.problems();
    }
  }

  private static String read(Path file, Disk disk) {
    try {
      return new String(disk.readAll(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "expected a file that can be read, got " + e.getMessage()));
    }
  }
}
