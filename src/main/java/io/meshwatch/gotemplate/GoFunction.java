package io.meshwatch.gotemplate;

import org.jspecify.annotations.Nullable;

/**
 * A function or method that templates may call.
 *
 * @param argumentsMin fewest arguments
 * @param argumentsMax most arguments; {@link #ANY_NUMBER} if there is no end
 * @param body what it does
 */
public record GoFunction(int argumentsMin, int argumentsMax, Body body) {
  public static final int ANY_NUMBER = Integer.MAX_VALUE;

  /** What a function does with its arguments. */
  @FunctionalInterface
  public interface Body {
    /** The result; null is Go's nil. Throws {@link FunctionException} with the reason if there is none. */
    @Nullable Object call(Arguments arguments);
  }

  /** A function of exactly so many arguments. */
  public static GoFunction of(int arguments, Body body) {
    return new GoFunction(arguments, arguments, body);
  }

  /** A function of at least so many arguments. */
  public static GoFunction variadic(int argumentsMin, Body body) {
    return new GoFunction(argumentsMin, ANY_NUMBER, body);
  }

  /** A field: a method without arguments. */
  public static GoFunction field(@Nullable Object value) {
    return new GoFunction(0, 0, arguments -> value);
  }

  @Nullable Object call(String name, Arguments arguments) {
    int got = arguments.size();
    if (got < argumentsMin || got > argumentsMax) {
      String wanted = argumentsMax == ANY_NUMBER ? "at least " + argumentsMin : Integer.toString(argumentsMin);
      throw new FunctionException("wrong number of args for " + name + ": want " + wanted + " got " + got);
    }
    return body.call(arguments);
  }
}
