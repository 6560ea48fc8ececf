package io.meshwatch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a configuration to begin with. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = "Writes a commented configuration, with the Dhall types beside it, into a folder.",
    footer = {"", "Example:", "  meshwatch init /etc/meshwatch", "Files that are there already are never overwritten."})
public final class InitCommand implements Callable<Integer> {
  private static final String RESOURCES = "/config/";
  private static final List<String> FILES = List.of("monitor.dhall", "types.dhall");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "folder, made if it is missing")
  private Path folder = Path.of(".");

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try {
      Files.createDirectories(folder);
      for (String name : FILES) {
        write(name);
        out.println("wrote " + folder.resolve(name));
      }
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailedException(e.getFile() + " is there already and is not overwritten", e);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write into " + folder + ": " + e.getMessage(), e);
    }
    out.println();
    out.println("Edit " + folder.resolve(FILES.getFirst()) + ", then:");
    out.println("  meshwatch check " + folder.resolve(FILES.getFirst()));
    out.println("  meshwatch credentials init --config " + folder.resolve(FILES.getFirst()));
    out.println("  meshwatch up --config " + folder.resolve(FILES.getFirst()));
    out.flush();
    return ExitCode.FINE;
  }

  private void write(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(InitCommand.class.getResourceAsStream(RESOURCES + name), name)) {
      Files.copy(in, folder.resolve(name));
    }
  }
}
