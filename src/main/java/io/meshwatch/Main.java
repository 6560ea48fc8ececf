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

  /**
   * Who wakes virtual threads that wait for sockets: 1 = a thread of the system that watches them all. The JVM's own choice on Linux, 2, has virtual threads watch, and
   * a thread of the system wakes those first, which took a tenth of a scrape.
   */
  private static final String POLLERS = "jdk.pollerMode";
  private static final String POLLERS_OF_SYSTEM = "1";

  private Main() {}

  public static void main(String[] args) {
    setUnlessSet(CARRIERS, String.valueOf(Math.max(CARRIERS_MIN, Runtime.getRuntime().availableProcessors())));
    setUnlessSet(POLLERS, POLLERS_OF_SYSTEM);
    System.exit(AgentProgram.of(args).map(Main::agent).or(() -> UpProgram.of(args).map(Main::up)).orElseGet(() -> command(args)));
  }

  /** These are read when the first virtual thread starts or waits; who sets one by hand is obeyed. */
  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
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
