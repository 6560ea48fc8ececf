package io.meshwatch;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: watches until it is told to stop. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts meshwatch. Without --config it watches this machine, itself and a simulated meshStack.",
    footer = {
      "",
      "Examples:",
      "  meshwatch up",
      "  meshwatch up --config /etc/meshwatch/monitor.dhall --data /var/lib/meshwatch --listen 0.0.0.0:9480",
      "Stop it with Ctrl-C or SIGTERM; SIGKILL loses nothing that was acknowledged."
    })
final class UpCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "configuration in Dhall")
  private @Nullable Path configFile;

  @Option(names = "--data", paramLabel = "DIR", description = "data folder, default ./" + UpProgram.DEFAULT_FOLDER)
  private Path dataFolder = Path.of(UpProgram.DEFAULT_FOLDER);

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "where the page listens, default " + UpProgram.DEFAULT_LISTEN + " or as configured")
  private @Nullable String listen;

  @Option(names = "--ports-from", paramLabel = "PORT",
      description = "first port of the quickstart's sandbox, agent and mail sink, default " + UpProgram.DEFAULT_FIRST_PORT)
  private int firstPort = UpProgram.DEFAULT_FIRST_PORT;

  @Override
  public Integer call() throws InterruptedException {
    return new UpProgram(Optional.ofNullable(configFile), dataFolder, Optional.ofNullable(listen), firstPort)
        .run(Objects.requireNonNull(spec).commandLine().getOut());
  }
}
