package io.meshwatch.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The store of a data folder, read-only; meshwatch or Prometheus may run on it meanwhile. */
@Command(
    name = "tsdb",
    mixinStandardHelpOptions = true,
    description = "Looks at the store of a data folder; changes nothing in it.",
    subcommands = {TsdbListCommand.class, TsdbVerifyCommand.class, TsdbAnalyzeCommand.class},
    footer = {"", "Examples:", "  meshwatch tsdb list data", "  meshwatch tsdb verify data", "  meshwatch tsdb analyze data"})
public final class TsdbCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec own = Objects.requireNonNull(spec);
    own.commandLine().usage(own.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
