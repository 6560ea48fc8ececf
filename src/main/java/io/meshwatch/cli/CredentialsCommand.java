package io.meshwatch.cli;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.deploy.CredentialSettings;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.SystemEnvironment;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Certificates and scrape passwords of the deployment. */
@Command(
    name = "credentials",
    mixinStandardHelpOptions = true,
    description = "Makes, changes and lists the deployment's certificates and scrape passwords.",
    subcommands = {CredentialsCommand.Init.class, CredentialsCommand.Rotate.class, CredentialsCommand.Listing.class},
    footer = {"", "Example:", "  meshwatch credentials init --config monitor.dhall --data /var/lib/meshwatch"})
public final class CredentialsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec own = Objects.requireNonNull(spec);
    own.commandLine().usage(own.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /** Options that all subcommands have. */
  abstract static class Options implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "configuration in Dhall")
    private Path configFile = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", description = "data folder, default ./data")
    private Path dataFolder = Path.of("data");

    @Override
    public final Integer call() {
      try (SystemEnvironment system = new SystemEnvironment()) {
        ConfigLoader loader = new ConfigLoader(system.environment().disk(), name -> Optional.ofNullable(System.getenv(name)),
            Path.of(System.getProperty("user.home", ".")));
        Config config = loader.load(configFile).config();
        Path folder = dataFolder.resolve(config.credentials().folder().orElse("credentials"));
        CredentialSettings d = CredentialSettings.defaults();
        CredentialSettings settings = new CredentialSettings(d.username(), config.credentials().onePasswordForAll(), d.authorityDays(),
            config.credentials().certificateDays(), d.overlapSeconds());
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        act(new Credentials(system.environment(), folder, settings), config, folder, out);
        out.flush();
      }
      return ExitCode.FINE;
    }

    abstract void act(Credentials credentials, Config config, Path folder, PrintWriter out);
  }

  /** What is scraped, each with the hosts under which it is reached. */
  static List<Credentials.Subject> subjects(Config config) {
    Map<String, Set<String>> hosts = new LinkedHashMap<>();
    config.nodes().forEach(node -> hosts.computeIfAbsent(node.name(), n -> new LinkedHashSet<>()).add(node.address()));
    config.components().forEach(each -> hosts.computeIfAbsent(each.name(), n -> new LinkedHashSet<>()).add(each.address()));
    return hosts.entrySet().stream().map(each -> new Credentials.Subject(each.getKey(), List.copyOf(each.getValue()))).toList();
  }

  @Command(name = "init", mixinStandardHelpOptions = true,
      description = "Makes the certificate authority, and a certificate and a password for every node and component. What is there stays.")
  static final class Init extends Options {
    @Override
    void act(Credentials credentials, Config config, Path folder, PrintWriter out) {
      List<Credentials.Subject> subjects = subjects(config);
      credentials.init(subjects);
      out.println("credentials of " + subjects.size() + " nodes and components are in " + folder);
    }
  }

  @Command(name = "rotate", mixinStandardHelpOptions = true,
      description = "Changes passwords and certificates in two steps, with an overlap in which both are accepted. May be repeated.")
  static final class Rotate extends Options {
    @Option(names = "--finish", description = "second step, after the new files are at the nodes and components: scrapes use the new passwords")
    private boolean finish;

    @Override
    void act(Credentials credentials, Config config, Path folder, PrintWriter out) {
      if (finish) {
        credentials.finishRotation();
        out.println("scrapes use the new passwords within seconds");
      } else {
        credentials.prepareRotation();
        out.println("new certificates and passwords are in " + folder + "; bring them to nodes and components, then: meshwatch credentials rotate --finish");
      }
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows who has what and until when, no secrets.")
  static final class Listing extends Options {
    @Override
    void act(Credentials credentials, Config config, Path folder, PrintWriter out) {
      for (Credentials.Entry entry : credentials.list()) {
        String end = entry.endMillis().map(millis -> "until " + Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MINUTES)).orElse("");
        out.printf("%-24s %-12s %-32s %s%n", entry.name(), entry.what(), entry.detail(), end);
      }
    }
  }
}
