package io.meshwatch;

import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.QueryCommand;

/** Picks a command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(MeshwatchCommand.commandLine(new QueryCommand()).execute(args));
  }
}
