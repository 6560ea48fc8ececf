package io.meshwatch.sonar.meshstack;

import java.util.Locale;
import java.util.Optional;

/** How far meshStack has brought a tenant to its platform. */
public enum ReplicationState {
  NOT_STARTED("not_started"),
  IN_PROGRESS("in_progress"),
  SUCCESSFUL("successful"),
  FAILED("failed"),
  /** Nobody has said. */
  UNKNOWN("unknown");

  private final String label;

  ReplicationState(String label) {
    this.label = label;
  }

  /** The value of the label {@code state}. */
  public String label() {
    return label;
  }

  /** Whether waiting may still change it. */
  public boolean isPending() {
    return this == NOT_STARTED || this == IN_PROGRESS;
  }

  /** Any of the words that meshStack has used over the years; empty if it is none of them. */
  static Optional<ReplicationState> parse(String word) {
    return switch (word.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "")) {
      case "NOTSTARTED", "NEW", "CREATED" -> Optional.of(NOT_STARTED);
      case "INPROGRESS", "PENDING", "RUNNING", "REPLICATING", "REPLICATIONINPROGRESS", "REPLICATIONPENDING", "REQUIRESAPPROVAL", "QUEUED" ->
          Optional.of(IN_PROGRESS);
      case "SUCCESSFUL", "SUCCESS", "SUCCEEDED", "DONE", "REPLICATIONSUCCESSFUL", "OK", "COMPLETED" -> Optional.of(SUCCESSFUL);
      case "FAILED", "FAILURE", "ERROR", "REPLICATIONFAILED" -> Optional.of(FAILED);
      default -> Optional.empty();
    };
  }
}
