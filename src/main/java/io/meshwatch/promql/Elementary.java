package io.meshwatch.promql;

/**
 * Elementary functions that agree with Prometheus to the last digit: with the published algorithms that Go's library is built
 * on, evaluated in the same order. Java's own are as exact but round differently in about every tenth case, which
 * {@code count_values}, {@code ==} and rule files that were tested against Prometheus would show.
 *
 * @see <a href="https://www.netlib.org/cephes/">Cephes</a> for sine, cosine, tangent and arcus tangent
 * @see <a href="https://www.netlib.org/fdlibm/">fdlibm</a> for the logarithm and the inverse hyperbolic functions
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // Constants stand as they were published, with more digits than a double has.
final class Elementary {
  private static final double LN2 = 0.693147180559945309417232121458176568;
  private static final double LOG10_OF_E = 0.43429448190325182765112891891660508229439700580366656611;
  private static final double LOG2_OF_E = 1.44269504088896340735992468100189214;
  private static final double TWO_TO_28 = 0x1p28;
  /** Beyond it a quarter of a circle no longer fits into the three parts of pi. */
  private static final double TRIGONOMETRIC_MAX = 0x1p29;

  private static final double PI4_A = 7.85398125648498535156e-1;
  private static final double PI4_B = 3.77489470793079817668e-8;
  private static final double PI4_C = 2.69515142907905952645e-15;

  private Elementary() {}

  /** The larger number; infinity is larger than what is none, unlike in Java. */
  static double max(double a, double b) {
    return a == Double.POSITIVE_INFINITY || b == Double.POSITIVE_INFINITY ? Double.POSITIVE_INFINITY : Math.max(a, b);
  }

  /** The smaller number; minus infinity is smaller than what is none, unlike in Java. */
  static double min(double a, double b) {
    return a == Double.NEGATIVE_INFINITY || b == Double.NEGATIVE_INFINITY ? Double.NEGATIVE_INFINITY : Math.min(a, b);
  }

  // Logarithms

  /** The natural logarithm. */
  static double log(double x) {
    if (Double.isNaN(x) || x < 0) {
      return Double.NaN;
    }
    if (x == 0 || Double.isInfinite(x)) {
      return x == 0 ? Double.NEGATIVE_INFINITY : x;
    }
    // Denormal numbers are taken for powers with the least exponent, as Go does on amd64 (golang/go#56600), and so Prometheus.
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) (bits >>> 52) - 0x3FE;
    double fraction = Double.longBitsToDouble((bits & 0x000F_FFFF_FFFF_FFFFL) | 0x3FE0_0000_0000_0000L);
    if (fraction < Math.sqrt(2) / 2) {
      fraction *= 2;
      exponent--;
    }
    double f = fraction - 1;
    double s = f / (2 + f);
    double s2 = s * s;
    double s4 = s2 * s2;
    double odd = s2 * (6.666666666666735130e-01 + s4 * (2.857142874366239149e-01
        + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
    double even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
    double half = 0.5 * f * f;
    return exponent * 6.93147180369123816490e-01 - ((half - (s * (half + (odd + even)) + exponent * 1.90821492927058770002e-10)) - f);
  }

  /** The exponent with which a positive number is a fraction from one half (inclusive) to one. */
  private static int binaryExponent(double x) {
    return x < Double.MIN_NORMAL ? Math.getExponent(x * 0x1p54) - 53 : Math.getExponent(x) + 1;
  }

  /** Exact for powers of two. */
  static double log2(double x) {
    if (!(x > 0) || Double.isInfinite(x)) {
      return log(x);
    }
    int exponent = binaryExponent(x);
    double fraction = Math.scalb(x, -exponent);
    return fraction == 0.5 ? exponent - 1 : log(fraction) * LOG2_OF_E + exponent;
  }

  static double log10(double x) {
    return log(x) * LOG10_OF_E;
  }

  // The exponential and its relatives

  /** Reduces to less than a 16th of ln 2, sums the series there and squares four times. */
  static double exp(double x) {
    if (Double.isNaN(x) || x == Double.POSITIVE_INFINITY) {
      return x;
    }
    if (x < -7.4513321910194122e+02) {
      return 0;
    }
    double k = Math.rint(x * LOG2_OF_E);
    if (k > Double.MAX_EXPONENT) {
      // The very largest numbers are out of reach, as they are in Prometheus.
      return Double.POSITIVE_INFINITY;
    }
    double r = Math.fma(-k, 0.69314718055966295651160180568695068359375, x);
    r = Math.fma(-k, 0.28235290563031577122588448175013436025525412068e-12, r) * 0.0625;
    double series = 2.4801587301587301587e-5;
    series = Math.fma(series, r, 1.9841269841269841270e-4);
    series = Math.fma(series, r, 1.3888888888888888889e-3);
    series = Math.fma(series, r, 8.3333333333333333333e-3);
    series = Math.fma(series, r, 4.1666666666666666667e-2);
    series = Math.fma(series, r, 1.6666666666666666667e-1);
    series = Math.fma(series, r, 0.5);
    series = Math.fma(series, r, 1.0);
    double less = r * series;
    for (int i = 0; i < 3; i++) {
      less *= less + 2;
    }
    return Math.scalb(Math.fma(less, less + 2, 1), (int) k);
  }

  static double sinh(double x) {
    double size = Math.abs(x);
    double value;
    if (size > 21) {
      value = exp(size) * 0.5;
    } else if (size > 0.5) {
      double e = exp(size);
      value = (e - 1 / e) * 0.5;
    } else {
      double square = size * size;
      double above = (((-0.2630563213397497062819489e+2 * square - 0.2894211355989563807284660366e+4) * square
          - 0.8991272022039509355398013511e+5) * square - 0.6307673640497716991184787251e+6) * size;
      value = above / (((square - 0.173678953558233699533450911e+3) * square + 0.1521517378790019070696485176e+5) * square
          - 0.6307673640497716991212077277e+6);
    }
    return x < 0 ? -value : value;
  }

  static double cosh(double x) {
    double size = Math.abs(x);
    double e = exp(size);
    return size > 21 ? e * 0.5 : (e + 1 / e) * 0.5;
  }

  static double tanh(double x) {
    double size = Math.abs(x);
    if (size > 0.5 * 8.8029691931113054295988e+01) {
      return Math.signum(x);
    }
    if (size >= 0.625) {
      double value = 1 - 2 / (exp(2 * size) + 1);
      return x < 0 ? -value : value;
    }
    if (x == 0 || Double.isNaN(x)) {
      return x;
    }
    double s = x * x;
    return x + x * s * ((-9.64399179425052238628e-1 * s - 9.92877231001918586564e1) * s - 1.61468768441708447952e3)
        / (((s + 1.12811678491632931402e2) * s + 2.23548839060100448583e3) * s + 4.84406305325125486048e3);
  }

  static double asinh(double x) {
    if (x == 0 || Double.isNaN(x) || Double.isInfinite(x)) {
      return x;
    }
    double size = Math.abs(x);
    double value;
    if (size > TWO_TO_28) {
      value = log(size) + LN2;
    } else if (size > 2) {
      value = log(2 * size + 1 / (Math.sqrt(size * size + 1) + size));
    } else if (size < 1 / TWO_TO_28) {
      value = size;
    } else {
      value = StrictMath.log1p(size + size * size / (1 + Math.sqrt(1 + size * size)));
    }
    return x < 0 ? -value : value;
  }

  static double acosh(double x) {
    if (!(x >= 1) || x == 1) {
      return x == 1 ? 0 : Double.NaN;
    }
    if (x >= TWO_TO_28) {
      return log(x) + LN2;
    }
    if (x > 2) {
      return log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
    }
    double over = x - 1;
    return StrictMath.log1p(over + Math.sqrt(2 * over + over * over));
  }

  static double atanh(double x) {
    double size = Math.abs(x);
    if (!(size <= 1)) {
      return Double.NaN;
    }
    double value;
    if (size == 1) {
      value = Double.POSITIVE_INFINITY;
    } else if (size < 1 / TWO_TO_28) {
      value = size;
    } else if (size < 0.5) {
      double twice = size + size;
      value = 0.5 * StrictMath.log1p(twice + twice * size / (1 - size));
    } else {
      value = 0.5 * StrictMath.log1p((size + size) / (1 - size));
    }
    return x < 0 || (x == 0 && 1 / x < 0) ? -value : value;
  }

  // Circles

  static double sin(double x) {
    if (x == 0 || !(Math.abs(x) < TRIGONOMETRIC_MAX)) {
      return StrictMath.sin(x);
    }
    double size = Math.abs(x);
    long octant = octant(size);
    double rest = rest(size, octant);
    boolean lower = (octant & 7) > 3;
    double value = (octant & 3) == 1 || (octant & 3) == 2 ? cosNearZero(rest) : sinNearZero(rest);
    return lower != x < 0 ? -value : value;
  }

  static double cos(double x) {
    if (!(Math.abs(x) < TRIGONOMETRIC_MAX)) {
      return StrictMath.cos(x);
    }
    double size = Math.abs(x);
    long octant = octant(size);
    double rest = rest(size, octant);
    long turned = octant & 7;
    boolean lower = turned > 3;
    long within = lower ? turned - 4 : turned;
    boolean negative = lower != within > 1;
    double value = within == 1 || within == 2 ? sinNearZero(rest) : cosNearZero(rest);
    return negative ? -value : value;
  }

  static double tan(double x) {
    if (x == 0 || !(Math.abs(x) < TRIGONOMETRIC_MAX)) {
      return StrictMath.tan(x);
    }
    double size = Math.abs(x);
    long octant = octant(size);
    double z = rest(size, octant);
    double square = z * z;
    double value = z;
    if (square > 1e-14) {
      value = z + z * (square * (((-1.30936939181383734205e4 * square) + 1.15351664838587416140e6) * square - 1.79565251976484877988e7)
          / ((((square + 1.36812963470692954678e4) * square - 1.32089234440210967447e6) * square + 2.50083801823357915839e7) * square
              - 5.38695755929454629881e7));
    }
    value = (octant & 2) == 2 ? -1 / value : value;
    return x < 0 ? -value : value;
  }

  /** Which eighth of a circle, counted so that the rest lies around zero. */
  private static long octant(double size) {
    long octant = (long) (size * (4 / Math.PI));
    return octant + (octant & 1);
  }

  private static double rest(double size, long octant) {
    return ((size - octant * PI4_A) - octant * PI4_B) - octant * PI4_C;
  }

  private static double sinNearZero(double z) {
    double s = z * z;
    return z + z * s * ((((((1.58962301576546568060e-10 * s) - 2.50507477628578072866e-8) * s + 2.75573136213857245213e-6) * s
        - 1.98412698295895385996e-4) * s + 8.33333333332211858878e-3) * s - 1.66666666666666307295e-1);
  }

  private static double cosNearZero(double z) {
    double s = z * z;
    return 1.0 - 0.5 * s + s * s * ((((((-1.13585365213876817300e-11 * s) + 2.08757008419747316778e-9) * s - 2.75573141792967388112e-7) * s
        + 2.48015872888517045348e-5) * s - 1.38888888888730564116e-3) * s + 4.16666666666665929218e-2);
  }

  static double atan(double x) {
    if (x == 0) {
      return x;
    }
    return x > 0 ? atanOfPositive(x) : -atanOfPositive(-x);
  }

  private static double atanOfPositive(double x) {
    double lostBits = 6.123233995736765886130e-17;
    if (x <= 0.66) {
      return atanNearZero(x);
    }
    if (x > 2.41421356237309504880) {
      return Math.PI / 2 - atanNearZero(1 / x) + lostBits;
    }
    return Math.PI / 4 + atanNearZero((x - 1) / (x + 1)) + 0.5 * lostBits;
  }

  private static double atanNearZero(double x) {
    double z = x * x;
    z = z * ((((-8.750608600031904122785e-01 * z - 1.615753718733365076637e+01) * z - 7.500855792314704667340e+01) * z
        - 1.228866684490136173410e+02) * z - 6.485021904942025371773e+01)
        / (((((z + 2.485846490142306297962e+01) * z + 1.650270098316988542046e+02) * z + 4.328810604912902668951e+02) * z
            + 4.853903996359136964868e+02) * z + 1.945506571482613964425e+02);
    return x * z + x;
  }

  static double asin(double x) {
    double size = Math.abs(x);
    if (x == 0 || !(size <= 1)) {
      return x == 0 ? x : Double.NaN;
    }
    double other = Math.sqrt(1 - size * size);
    double value = size > 0.7 ? Math.PI / 2 - atan(other / size) : atan(size / other);
    return x < 0 ? -value : value;
  }

  static double acos(double x) {
    return Math.PI / 2 - asin(x);
  }

  /** The angle of a point; what is not an ordinary point is as Java has it. */
  static double atan2(double y, double x) {
    boolean ordinary = y != 0 && x != 0 && Double.isFinite(y) && Double.isFinite(x);
    if (!ordinary) {
      return Math.atan2(y, x);
    }
    double angle = atan(y / x);
    if (x > 0) {
      return angle;
    }
    return angle <= 0 ? angle + Math.PI : angle - Math.PI;
  }

  // Powers

  /** Whole parts of the exponent by squaring, the rest by logarithm. */
  static double pow(double x, double y) {
    if (y == 0 || x == 1) {
      return 1;
    }
    if (x == -1 && Double.isInfinite(y)) {
      return 1;
    }
    boolean ordinary = x != 0 && Double.isFinite(x) && Double.isFinite(y) && Math.abs(y) < 0x1p53 && !(x < 0 && y != Math.rint(y));
    if (!ordinary) {
      return Math.pow(x, y);
    }
    if (y == 0.5 || y == -0.5) {
      return y > 0 ? Math.sqrt(x) : 1 / Math.sqrt(x);
    }
    return powOfOrdinary(x, y);
  }

  private static double powOfOrdinary(double x, double y) {
    double whole = Math.floor(Math.abs(y));
    double part = Math.abs(y) - whole;
    double product = 1;
    if (part != 0) {
      if (part > 0.5) {
        part--;
        whole++;
      }
      product = exp(part * log(x));
    }
    long productExponent = 0;
    long exponent = binaryExponent(Math.abs(x));
    double square = Math.scalb(x, -(int) exponent);
    for (long rest = (long) whole; rest != 0; rest >>= 1) {
      if (Math.abs(exponent) > 1 << 12) {
        productExponent += exponent;
        break;
      }
      if ((rest & 1) == 1) {
        product *= square;
        productExponent += exponent;
      }
      square *= square;
      exponent <<= 1;
      if (square < 0.5) {
        square += square;
        exponent--;
      }
    }
    double mantissa = y < 0 ? 1 / product : product;
    long shift = y < 0 ? -productExponent : productExponent;
    return Math.scalb(mantissa, Math.clamp(shift, -100_000, 100_000));
  }
}
