package io.meshwatch.cli;

import io.meshwatch.deploy.Credentials;
import io.meshwatch.deploy.DeployTarget;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Certificates and scrape passwords of the deployment. */
@Command(
    name = "credentials",
    mixinStandardHelpOptions = true,
    description = "Makes, changes and lists the deployment's certificates and scrape passwords.",
    subcommands = {CredentialsCommand.Init.class, CredentialsCommand.Rotate.class, CredentialsCommand.Listing.class},
    footer = {"", "Example:", "  meshwatch credentials init --config monitor.dhall --data /var/lib/meshwatch"})
public final class CredentialsCommand extends CommandGroup {
  @Command(name = "init", mixinStandardHelpOptions = true,
      description = "Makes the certificate authority, and a certificate and a password for every node and component. What is there stays.",
      footer = {"", "Example:", "  meshwatch credentials init --config monitor.dhall --data /var/lib/meshwatch"})
  static final class Init extends DeploymentOptions {
    @Override
    void act(Deployment deployment) {
      List<Credentials.Subject> subjects = DeployTarget.subjects(deployment.config());
      deployment.credentials().init(subjects);
      deployment.out().println("credentials of " + subjects.size() + " nodes and components are in " + deployment.folder());
    }
  }

  @Command(name = "rotate", mixinStandardHelpOptions = true,
      description = {
        "Changes passwords and certificates in two steps, with an overlap in which both are accepted. Each step may be repeated.",
        "With --authority also the certificate authority: then there are three steps, because first everything that scrapes must trust both."
      },
      footer = {
        "",
        "Example:",
        "  meshwatch credentials rotate --config monitor.dhall",
        "  meshwatch deploy render files --config monitor.dhall      and bring the files to nodes and components",
        "  meshwatch credentials rotate --finish --config monitor.dhall",
      })
  static final class Rotate extends DeploymentOptions {
    @Option(names = "--finish", description = "second step, after the new files are at the nodes and components: scrapes use the new passwords")
    private boolean finish;

    @Option(names = "--authority", description = "a new certificate authority, too; with --finish: the old one is trusted no more")
    private boolean authority;

    @Override
    void act(Deployment deployment) {
      Credentials credentials = deployment.credentials();
      if (finish) {
        credentials.finishRotation();
        deployment.out().println("scrapes use the new passwords within seconds");
      } else {
        if (authority) {
          credentials.prepareAuthority();
        }
        credentials.prepareRotation();
        deployment.out().println("new certificates and passwords are in " + deployment.folder()
            + "; write them with `meshwatch deploy render`, bring them to nodes and components, then: meshwatch credentials rotate --finish");
      }
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows who has what and until when, no secrets.",
      footer = {"", "Example:", "  meshwatch credentials list --config monitor.dhall --data /var/lib/meshwatch"})
  static final class Listing extends DeploymentOptions {
    @Override
    void act(Deployment deployment) {
      for (Credentials.Entry entry : deployment.credentials().list()) {
        String end = entry.endMillis().map(millis -> "until " + Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MINUTES)).orElse("");
        deployment.out().printf("%-24s %-12s %-32s %s%n", entry.name(), entry.what(), entry.detail(), end);
      }
    }
  }
}
