package io.meshwatch.gotemplate;

import org.jspecify.annotations.Nullable;

/** A value with fields and methods, as a Go struct or named type has them. */
public interface GoObject {
  /** The type as messages show it. */
  String typeName();

  /** A field or method by name, or null if there is none. */
  @Nullable GoFunction member(String name);

  /**
   * What loops, {@code len}, {@code index}, truth and printing see: a list, map, text or number; the object itself if it is
   * nothing of these, printed by {@code toString}.
   */
  default Object plain() {
    return this;
  }
}
