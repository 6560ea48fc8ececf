package io.meshwatch.agent;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How well the machine's clock is kept by NTP. */
final class TimexCollector implements Collector {
  private static final int MICROSECONDS = 1_000_000;
  private static final int NANOSECONDS = 1_000_000_000;
  /** Status bit: the offset is in nanoseconds. */
  private static final int NANO = 0x2000;
  /** Result of the call when the clock is not synchronised. */
  private static final int TIME_ERROR = 5;
  /** Frequencies are in millionths, with 16 bits after the point. */
  private static final double FREQUENCY_SCALE = 65_536.0 * 1_000_000;

  private @Nullable NativeCalls calls;

  @Override
  public void collect(KernelFiles files, MetricBytes out) throws IOException {
    if (calls == null) {
      calls = new NativeCalls();
    }
    NativeCalls.ClockState clock = calls.clock();
    int offsetUnit = (clock.status() & NANO) != 0 ? NANOSECONDS : MICROSECONDS;
    out.gauge("node_timex_estimated_error_seconds", "Estimated error of the clock.").parts(clock.estimatedErrorMicros(), MICROSECONDS);
    out.gauge("node_timex_frequency_adjustment_ratio", "How much faster the clock is made to run.").sample(1 + clock.frequency() / FREQUENCY_SCALE);
    out.gauge("node_timex_maxerror_seconds", "Largest possible error of the clock.").parts(clock.maxErrorMicros(), MICROSECONDS);
    out.gauge("node_timex_offset_seconds", "How far the clock is from its reference.").sample((double) clock.offset() / offsetUnit);
    out.gauge("node_timex_status", "Status bits of the clock.").sample((long) clock.status());
    out.gauge("node_timex_sync_status", "Whether the clock is synchronised.").sample(clock.state() == TIME_ERROR ? 0L : 1L);
    out.gauge("node_timex_tai_offset_seconds", "International atomic time minus UTC.").sample((long) clock.taiOffset());
    out.gauge("node_timex_tick_seconds", "Seconds between clock ticks.").parts(clock.tick(), MICROSECONDS);
  }
}
