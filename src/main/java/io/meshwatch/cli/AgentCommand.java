package io.meshwatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Node metrics of the machine it runs on, until it is told to stop. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Serves metrics of this machine, under node_exporter's names, over HTTPS with Basic auth.",
    footer = {
      "",
      "Examples:",
      "  meshwatch agent --listen 0.0.0.0:9100 --credentials /etc/meshwatch/credentials --name db-1",
      "Without credentials of that name it makes some."
    })
public final class AgentCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "default " + AgentProgram.DEFAULT_LISTEN)
  private String listen = AgentProgram.DEFAULT_LISTEN;

  @Option(names = "--credentials", paramLabel = "DIR", description = "folder of the deployment's credentials, default ./" + AgentProgram.DEFAULT_FOLDER)
  private Path folder = Path.of(AgentProgram.DEFAULT_FOLDER);

  @Option(names = "--name", paramLabel = "NODE", description = "name of this node in the configuration, default " + AgentProgram.DEFAULT_NAME)
  private String name = AgentProgram.DEFAULT_NAME;

  @Option(names = "--log", paramLabel = "DIR", description = "folder for access.log and audit.log, default: they are not written")
  private @Nullable Path log;

  @Option(names = AgentProgram.ONLY_CREDENTIALS, description = "make credentials if there are none, and end")
  private boolean onlyCredentials;

  @Override
  public Integer call() throws IOException, InterruptedException {
    AgentProgram program = new AgentProgram(listen, folder, name, Optional.ofNullable(log));
    if (onlyCredentials) {
      program.makeCredentials();
    } else {
      program.run(Objects.requireNonNull(spec).commandLine().getOut());
    }
    return ExitCode.FINE;
  }
}
