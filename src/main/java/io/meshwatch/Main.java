package io.meshwatch;

import io.meshwatch.cli.AcknowledgeCommand;
import io.meshwatch.cli.AgentCommand;
import io.meshwatch.cli.CheckCommand;
import io.meshwatch.cli.CredentialsCommand;
import io.meshwatch.cli.DeployCommand;
import io.meshwatch.cli.InitCommand;
import io.meshwatch.cli.MailCommand;
import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.PromqlCommand;
import io.meshwatch.cli.QueryCommand;
import io.meshwatch.cli.RulesCommand;
import io.meshwatch.cli.SilenceCommand;
import io.meshwatch.cli.SonarCommand;
import io.meshwatch.cli.TsdbCommand;

/** Picks a command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(MeshwatchCommand
        .commandLine(
            new UpCommand(), new CheckCommand(), new InitCommand(), new QueryCommand(), new RulesCommand(), new SilenceCommand(),
            new AcknowledgeCommand(), new MailCommand(), new PromqlCommand(), new SonarCommand(), new TsdbCommand(), new CredentialsCommand(), new DeployCommand(), new AgentCommand(),
            new WarmUpCommand())
        .execute(args));
  }
}
