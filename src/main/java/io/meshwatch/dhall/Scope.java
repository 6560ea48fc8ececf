package io.meshwatch.dhall;

import org.jspecify.annotations.Nullable;

/** The variables in sight with their values, innermost first; an immutable chain that closures share. */
record Scope(String name, Lazy value, @Nullable Scope outer) {
  static Scope with(String name, Value value, @Nullable Scope outer) {
    return new Scope(name, Lazy.of(value), outer);
  }

  /** The value of {@code name@index}; a variable that nothing binds stands for itself. */
  static Value find(@Nullable Scope scope, String name, int index) {
    int left = index;
    for (Scope at = scope; at != null; at = at.outer) {
      if (at.name.equals(name) && left-- == 0) {
        return at.value.get();
      }
    }
    return new Value.Variable(name, -1 - left);
  }
}
