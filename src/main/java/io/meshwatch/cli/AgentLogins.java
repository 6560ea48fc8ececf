package io.meshwatch.cli;

import io.meshwatch.deploy.CredentialChecker;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** How often the agent was asked with the right and with a wrong password, under the names that all listeners count by. Safe for all threads. */
final class AgentLogins implements CredentialChecker.Counts {
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  @Override
  public void accepted() {
    accepted.incrementAndGet();
  }

  @Override
  public void rejected() {
    rejected.incrementAndGet();
  }

  /** Both in text format 0.0.4. */
  byte[] page() {
    return (family("meshwatch_logins_accepted_total", "Right user names and passwords.", accepted)
        + family("meshwatch_logins_rejected_total", "Wrong user names or passwords.", rejected)).getBytes(StandardCharsets.UTF_8);
  }

  private static String family(String name, String help, AtomicLong count) {
    return "# HELP " + name + " " + help + "\n# TYPE " + name + " counter\n" + name + "{listener=\"agent\"} " + count + "\n";
  }
}
