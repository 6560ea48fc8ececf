package io.meshwatch.exposition;

import java.math.BigInteger;

/**
 * Rounds {@code digits × 10^exponent} to the nearest double, without big numbers.
 *
 * <p>Idea: 10^e = 5^e × 2^e, so only 5^e needs arithmetic. Its leading 128 bits are in a table; one 64×64 multiplication with
 * the normalised digits gives the leading bits of the product, a second one is needed only if the first nine bits below the
 * mantissa are all ones. The rest that was cut off can change the result only when the product lies next to the middle of two
 * doubles; then the answer is "undecided" (NaN).
 *
 * <p>Layout: two longs (high, low) for each power from 5^-342 to 5^308, 10 kB, computed when first needed.
 *
 * @see <a href="https://arxiv.org/abs/2101.11408">D. Lemire, Number Parsing at a Gigabyte per Second</a>
 */
final class DecimalRounding {
  private static final int EXPONENT_MIN = -342;
  private static final int EXPONENT_MAX = 308;
  private static final int MANTISSA_BITS = 52;
  private static final int SHIFT = 64 - MANTISSA_BITS - 3;
  private static final long[] POWERS_OF_FIVE = powersOfFive();

  private DecimalRounding() {}

  private static long[] powersOfFive() {
    long[] table = new long[2 * (EXPONENT_MAX - EXPONENT_MIN + 1)];
    for (int q = EXPONENT_MIN; q <= EXPONENT_MAX; q++) {
      BigInteger bits = leadingBits(q);
      table[2 * (q - EXPONENT_MIN)] = bits.shiftRight(64).longValue();
      table[2 * (q - EXPONENT_MIN) + 1] = bits.longValue();
    }
    return table;
  }

  /** The leading 128 bits of 5^q: cut off for positive powers, rounded up for negative ones, as the proof in the paper needs. */
  private static BigInteger leadingBits(int q) {
    BigInteger power = BigInteger.valueOf(5).pow(Math.abs(q));
    if (q >= 0) {
      return power.shiftLeft(Math.max(0, 128 - power.bitLength())).shiftRight(Math.max(0, power.bitLength() - 128));
    }
    int bits = power.subtract(BigInteger.ONE).bitLength();
    int scale = q >= -27 ? bits + 127 : 2 * bits + 128;
    BigInteger inverse = BigInteger.ONE.shiftLeft(scale).divide(power).add(BigInteger.ONE);
    return inverse.shiftRight(Math.max(0, inverse.bitLength() - 128));
  }

  /**
   * The nearest double, infinity if it is too large, or NaN if this cannot be decided here.
   *
   * @param digits not zero; unsigned
   */
  static double round(long digits, int exponent) {
    if (exponent < EXPONENT_MIN) {
      return 0;
    }
    if (exponent > EXPONENT_MAX) {
      return Double.POSITIVE_INFINITY;
    }
    int leadingZeros = Long.numberOfLeadingZeros(digits);
    long normalised = digits << leadingZeros;
    int index = 2 * (exponent - EXPONENT_MIN);
    long upper = Math.unsignedMultiplyHigh(normalised, POWERS_OF_FIVE[index]);
    long lower = normalised * POWERS_OF_FIVE[index];
    if ((upper & 0x1FF) == 0x1FF) {
      long carry = Math.unsignedMultiplyHigh(normalised, POWERS_OF_FIVE[index + 1]);
      lower += carry;
      if (Long.compareUnsigned(lower, carry) < 0) {
        upper++;
      }
    }
    if (lower == -1L && (exponent < -27 || exponent > 55)) {
      return Double.NaN;
    }
    int upperBit = (int) (upper >>> 63);
    int power = ((217706 * exponent) >> 16) + 63 + upperBit - leadingZeros + 1023;
    return assemble(upper, lower, upperBit, power, exponent);
  }

  private static double assemble(long upper, long lower, int upperBit, int power, int exponent) {
    long mantissa = upper >>> (upperBit + SHIFT);
    if (power <= 0) {
      return subnormal(mantissa, power);
    }
    boolean exactMiddle =
        Long.compareUnsigned(lower, 1) <= 0
            && exponent >= -4
            && exponent <= 23
            && (mantissa & 3) == 1
            && mantissa << (upperBit + SHIFT) == upper;
    if (exactMiddle) {
      mantissa &= ~1L;
    }
    mantissa = (mantissa + (mantissa & 1)) >>> 1;
    int biased = power;
    if (mantissa >= 2L << MANTISSA_BITS) {
      mantissa = 1L << MANTISSA_BITS;
      biased++;
    }
    if (biased >= 2047) {
      return Double.POSITIVE_INFINITY;
    }
    return Double.longBitsToDouble((mantissa & ~(1L << MANTISSA_BITS)) | (long) biased << MANTISSA_BITS);
  }

  private static double subnormal(long mantissa, int power) {
    if (-power + 1 >= 64) {
      return 0;
    }
    long shifted = mantissa >>> (-power + 1);
    shifted = (shifted + (shifted & 1)) >>> 1;
    // A carry into bit 52 makes it the smallest normal number, which is just what the bits then say.
    return Double.longBitsToDouble(shifted);
  }
}
