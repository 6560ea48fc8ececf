package io.meshwatch.sonar;

/**
 * Spreads targets over the interval. Each has a number, and the numbers' binary digits mirrored at the point (van der Corput's sequence) are
 * their places: 0, 1/2, 1/4, 3/4, 1/8… However many there are, no gap is more than twice as wide as another, and a further target moves
 * none of the others.
 */
final class Stagger {
  private Stagger() {}

  /** Where in the interval the target of this number starts. */
  static long phaseMillis(int number, long intervalMillis) {
    return (Integer.toUnsignedLong(Integer.reverse(number)) * intervalMillis) >>> Integer.SIZE;
  }
}
