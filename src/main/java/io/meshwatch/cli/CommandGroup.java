package io.meshwatch.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only holds others: by itself it shows which. */
abstract class CommandGroup implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public final Integer call() {
    CommandSpec own = Objects.requireNonNull(spec);
    own.commandLine().usage(own.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
