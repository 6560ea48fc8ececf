package io.meshwatch.dhall;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is computed when first asked for. The type checker needs few of the values it passes on. Confined to one load. */
final class Lazy {
  private @Nullable Supplier<Value> pending;
  private Value value;

  private Lazy(@Nullable Supplier<Value> pending, Value value) {
    this.pending = pending;
    this.value = value;
  }

  static Lazy of(Value value) {
    return new Lazy(null, value);
  }

  static Lazy later(Supplier<Value> supplier) {
    return new Lazy(supplier, Value.Unknown.HERE);
  }

  Value get() {
    if (pending != null) {
      value = pending.get();
      pending = null;
    }
    return value;
  }
}
