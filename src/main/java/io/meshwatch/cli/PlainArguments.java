package io.meshwatch.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Arguments as simple as most are, read without the library that reads all others: a command, then options with a value each. */
public final class PlainArguments {
  private PlainArguments() {}

  /** Values by option; empty if it is another command or anything else stands there, such as a call for help. */
  public static Optional<Map<String, String>> of(String[] arguments, String command, Set<String> options) {
    if (arguments.length % 2 == 0 || !arguments[0].equals(command)) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 1; i < arguments.length; i += 2) {
      if (!options.contains(arguments[i]) || arguments[i + 1].startsWith("-")) {
        return Optional.empty();
      }
      values.put(arguments[i], arguments[i + 1]);
    }
    return Optional.of(values);
  }
}
