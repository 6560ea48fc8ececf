package io.meshwatch.cli;

import io.meshwatch.tsdb.FolderCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads everything once and says what is damaged. */
@Command(name = "verify", mixinStandardHelpOptions = true,
    description = "Reads every block, head chunk and record of the log, and says what is damaged, with file and byte.",
    footer = {"", "Example:", "  meshwatch tsdb verify data", "Exit code 1 if anything is damaged."})
final class TsdbVerifyCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "data folder")
  private Path folder = Path.of("data");

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    TsdbFolder store = TsdbFolder.of(folder);
    try {
      FolderCheck check = new FolderCheck(store.disk(), store.path());
      List<String> damages = check.run();
      damages.forEach(out::println);
      out.println(check.blocks() + " blocks, " + check.chunks() + " chunks, " + check.records() + " records of the log: "
          + (damages.isEmpty() ? "all is well" : damages.size() + " damaged places"));
      out.flush();
      return damages.isEmpty() ? ExitCode.FINE : ExitCode.NO;
    } catch (IOException e) {
      throw new CommandFailedException("cannot read " + store.path() + ": " + e.getMessage(), e);
    }
  }
}
