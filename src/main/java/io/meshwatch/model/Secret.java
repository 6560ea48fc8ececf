package io.meshwatch.model;

import org.jspecify.annotations.Nullable;

/** A text that never prints. Only code that hands it to the other side calls {@link #reveal}. */
public final class Secret {
  public static final Secret EMPTY = new Secret("");

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  public static Secret of(String text) {
    return new Secret(text);
  }

  public String reveal() {
    return text;
  }

  public boolean isEmpty() {
    return text.isEmpty();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret && secret.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "<secret>";
  }
}
