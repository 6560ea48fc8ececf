package io.meshwatch;

/** Picks a command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {}
}
