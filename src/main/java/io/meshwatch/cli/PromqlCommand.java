package io.meshwatch.cli;

import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.promql.PromqlScript;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The query language by itself. */
@Command(
    name = "promql",
    mixinStandardHelpOptions = true,
    description = "Runs scripts against the query engine.",
    subcommands = PromqlCommand.Test.class,
    footer = {"", "Example:", "  meshwatch promql test functions.test"})
public final class PromqlCommand extends CommandGroup {
  @Command(name = "test", mixinStandardHelpOptions = true,
      description = "Runs Prometheus' .test scripts; prints each failure with its place, a row per file and the sums.")
  static final class Test implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "script")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
      List<PromqlScript.Source> sources = new ArrayList<>();
      for (Path file : files) {
        try {
          sources.add(new PromqlScript.Source(file.toString(), Files.readString(file)));
        } catch (IOException e) {
          throw new CommandFailedException("cannot read " + file + ": " + e.getMessage(), e);
        }
      }
      try (SystemEnvironment system = new SystemEnvironment()) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PromqlScript.Counts counts =
            PromqlScript.run(sources, system.environment().workers(), system.environment().clock(), out);
        return counts.failed() == 0 ? ExitCode.FINE : ExitCode.NO;
      }
    }
  }
}
