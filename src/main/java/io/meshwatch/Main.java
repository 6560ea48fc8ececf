package io.meshwatch;

import io.meshwatch.cli.AcknowledgeCommand;
import io.meshwatch.cli.AgentCommand;
import io.meshwatch.cli.AgentProgram;
import io.meshwatch.cli.CheckCommand;
import io.meshwatch.cli.CredentialsCommand;
import io.meshwatch.cli.DeployCommand;
import io.meshwatch.cli.InitCommand;
import io.meshwatch.cli.MailCommand;
import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.PlainLog;
import io.meshwatch.cli.PromqlCommand;
import io.meshwatch.cli.QueryCommand;
import io.meshwatch.cli.RulesCommand;
import io.meshwatch.cli.SilenceCommand;
import io.meshwatch.cli.SonarCommand;
import io.meshwatch.cli.TsdbCommand;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;

/** Picks a command. */
public final class Main {
  /**
   * Threads that carry virtual ones. A write to a busy disk holds its carrier; with a single one, as the JVM has it on one core, such a write
   * held up all that only wanted to wait.
   */
  private static final int CARRIERS_MIN = 4;
  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

  private Main() {}

  public static void main(String[] args) {
    // Read when the first virtual thread starts; who sets it by hand is obeyed.
    if (System.getProperty(CARRIERS) == null) {
      System.setProperty(CARRIERS, String.valueOf(Math.max(CARRIERS_MIN, Runtime.getRuntime().availableProcessors())));
    }
    System.exit(AgentProgram.of(args).map(Main::agent).or(() -> UpProgram.of(args).map(Main::up)).orElseGet(() -> command(args)));
  }

  private static int agent(AgentProgram program) {
    PlainLog.use();
    return program.runAlone(printing(System.out), printing(System.err));
  }

  private static int up(UpProgram program) {
    return program.runAlone(printing(System.out), printing(System.err));
  }

  private static PrintWriter printing(PrintStream to) {
    return new PrintWriter(new OutputStreamWriter(to, to.charset()), true);
  }

  private static int command(String[] args) {
    return MeshwatchCommand
        .commandLine(
            new UpCommand(), new CheckCommand(), new InitCommand(), new QueryCommand(), new RulesCommand(), new SilenceCommand(),
            new AcknowledgeCommand(), new MailCommand(), new PromqlCommand(), new SonarCommand(), new TsdbCommand(), new CredentialsCommand(), new DeployCommand(), new AgentCommand(),
            new WarmUpCommand())
        .execute(args);
  }
}
