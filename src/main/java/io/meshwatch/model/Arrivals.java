package io.meshwatch.model;

import java.util.function.Predicate;

/** Hears of samples that have just become visible in the store, so that nobody has to wait for them by the clock. Safe for all threads. */
@FunctionalInterface
public interface Arrivals {
  Arrivals NOBODY = (source, mayHave, atMillis) -> {};

  /**
   * Notes samples; returns at once.
   *
   * @param source labels that the series have, as a rule
   * @param mayHave whether there may be a series of this metric name among them; only asked during the call
   * @param atMillis time of the newest sample
   */
  void arrived(Labels source, Predicate<String> mayHave, long atMillis);
}
