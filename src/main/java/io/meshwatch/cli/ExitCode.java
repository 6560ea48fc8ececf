package io.meshwatch.cli;

/** Exit codes, the same for every command. */
public final class ExitCode {
  /** Done, or the answer is yes. */
  public static final int FINE = 0;
  /** The answer is no: problems were found, a check failed, an alert fires. */
  public static final int NO = 1;
  /** The command line is wrong. */
  public static final int USAGE = 2;
  /** meshwatch itself failed. */
  public static final int FAILED = 3;

  private ExitCode() {}
}
