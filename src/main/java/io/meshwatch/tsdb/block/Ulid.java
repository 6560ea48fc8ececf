package io.meshwatch.tsdb.block;

import java.util.SplittableRandom;

/**
 * Names of blocks: 48 bits of time and 80 random bits in Crockford's base 32, so that names sort by time.
 *
 * @see <a href="https://github.com/ulid/spec">ULID</a>
 */
public final class Ulid {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  public static final int LENGTH = 26;
  private static final int TIME_DIGITS = 10;

  private Ulid() {}

  /** A new name; the random bits come from the seed, so that simulated runs repeat. */
  public static String of(long timeMillis, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    char[] text = new char[LENGTH];
    long time = timeMillis;
    for (int i = TIME_DIGITS - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (time & 31));
      time >>>= 5;
    }
    for (int i = TIME_DIGITS; i < LENGTH; i++) {
      text[i] = DIGITS.charAt(random.nextInt(32));
    }
    return new String(text);
  }

  /** Whether a folder's name is that of a block. */
  public static boolean isValid(String name) {
    return name.length() == LENGTH && name.charAt(0) <= '7' && name.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
  }
}
