package io.meshwatch.cli;

import io.meshwatch.deploy.DeployFiles;
import io.meshwatch.deploy.DeployTarget;
import io.meshwatch.deploy.PrometheusDeployment;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files for those who install nodes and components, and for other monitoring programs. */
@Command(
    name = "deploy",
    mixinStandardHelpOptions = true,
    description = "Writes what nodes and components need to be scraped over HTTPS, or the same monitoring for a real Prometheus.",
    subcommands = {DeployCommand.Render.class, DeployCommand.Prometheus.class},
    footer = {"", "Example:", "  meshwatch deploy render files --config monitor.dhall --data /var/lib/meshwatch"})
public final class DeployCommand extends CommandGroup {
  @Command(name = "render", mixinStandardHelpOptions = true,
      description = "Writes, for every node and component, what its operator installs, and a README saying where each file goes.",
      footer = {"", "Example:", "  meshwatch deploy render files --config monitor.dhall --data /var/lib/meshwatch"})
  static final class Render extends DeploymentOptions {
    @Parameters(paramLabel = "DIR", description = "where to; what is there of the same name is replaced")
    private Path target = Path.of("");

    @Override
    void act(Deployment deployment) {
      deployment.credentials().init(DeployTarget.subjects(deployment.config()));
      List<Path> written = new DeployFiles(deployment.environment().disk(), deployment.credentials())
          .render(target, DeployTarget.of(deployment.config()));
      deployment.out().println(written.size() + " files are in " + target + "; README.md there says where each goes");
    }
  }

  @Command(name = "prometheus", mixinStandardHelpOptions = true,
      description = "Writes configuration, rules and secrets with which a real Prometheus and Alertmanager do the same monitoring.",
      footer = {"", "Example:", "  meshwatch deploy prometheus files --config monitor.dhall --data /var/lib/meshwatch"})
  static final class Prometheus extends DeploymentOptions {
    @Parameters(paramLabel = "DIR", description = "where to; what is there of the same name is replaced")
    private Path target = Path.of("");

    @Option(names = "--prometheus", paramLabel = "HOST:PORT", description = "where Prometheus will listen, default ${DEFAULT-VALUE}")
    private String prometheus = "127.0.0.1:9090";

    @Option(names = "--alertmanager", paramLabel = "HOST:PORT", description = "where Alertmanager will listen, default ${DEFAULT-VALUE}")
    private String alertmanager = "127.0.0.1:9093";

    @Override
    void act(Deployment deployment) {
      List.of(prometheus, alertmanager).forEach(Prometheus::checkAddress);
      deployment.credentials().init(DeployTarget.subjects(deployment.config()));
      List<Path> written = new PrometheusDeployment(deployment.environment().disk(), deployment.credentials(), deployment.config(),
          deployment.configFolder(), new PrometheusDeployment.Servers(prometheus, alertmanager)).render(target);
      deployment.out().println(written.size() + " files and the secrets they need are in " + target + "; README.md there says how to start both programs");
    }

    private static void checkAddress(String address) {
      if (!address.matches("(\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+):\\d{1,5}")) {
        throw new CommandFailedException("expected HOST:PORT, got " + address);
      }
    }
  }
}
