package io.meshwatch.cli;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands need that work on a deployment: its configuration and its credentials. */
abstract class DeploymentOptions implements Callable<Integer> {
  /** What the quickstart watches, written there by {@code up}. */
  private static final String QUICKSTART = "quickstart.dhall";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "configuration in Dhall; default: what the quickstart in the data folder watches")
  private @Nullable Path configFile;

  @Option(names = "--data", paramLabel = "DIR", description = "data folder, default ./data")
  private Path dataFolder = Path.of("data");

  /**
   * What a command works on.
   *
   * @param credentials of the deployment
   * @param folder where the credentials lie
   * @param configFolder where relative names in the configuration start
   * @param out where the command prints
   */
  record Deployment(Environment environment, Config config, Path configFolder, Credentials credentials, Path folder, PrintWriter out) {}

  @Override
  public final Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      Path file = file();
      ConfigLoader loader = new ConfigLoader(environment.disk(), name -> Optional.ofNullable(System.getenv(name)),
          Path.of(System.getProperty("user.home", ".")));
      Config config = loader.load(file).config();
      Path folder = dataFolder.resolve(config.credentials().folder().orElse("credentials"));
      act(new Deployment(environment, config, ConfigLoader.folder(file), new Credentials(environment, folder, config.credentials()), folder, out));
    }
    out.flush();
    return ExitCode.FINE;
  }

  private Path file() {
    if (configFile != null) {
      return configFile;
    }
    Path quickstart = dataFolder.resolve(QUICKSTART);
    if (!Files.exists(quickstart)) {
      throw new CommandFailedException("expected --config FILE, or a data folder in which the quickstart has run (--data DIR); "
          + dataFolder + " holds no " + QUICKSTART);
    }
    return quickstart;
  }

  abstract void act(Deployment deployment);
}
