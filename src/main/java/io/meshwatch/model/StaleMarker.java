package io.meshwatch.model;

/**
 * The special NaN that ends a series: "there is no value from here on". Any other NaN is an ordinary value.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness">Staleness</a>
 */
public final class StaleMarker {
  public static final long BITS = 0x7ff0000000000002L;
  public static final double VALUE = Double.longBitsToDouble(BITS);
  /** The NaN that Prometheus stores for an ordinary "not a number". */
  public static final double ORDINARY_NAN = Double.longBitsToDouble(0x7ff8000000000001L);

  private StaleMarker() {}

  public static boolean is(double value) {
    return Double.doubleToRawLongBits(value) == BITS;
  }
}
