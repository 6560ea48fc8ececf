package io.meshwatch.promql;

import java.time.LocalDate;

/**
 * Calendar and clock in UTC of any number of Unix seconds a sample may hold, also where {@link java.time} ends.
 *
 * <p>What is no number of seconds (NaN, infinities, beyond 64 bits) counts as the smallest one, and seconds before the year
 * -292277022399 wrap around to the far future: so does Prometheus, whose answers people compare with ours.
 */
final class CivilTime {
  private static final long DAY_SECONDS = 86_400;
  /** Begin of the year -292277022399, the first that counts. */
  private static final long FIRST_SECOND = -9_223_372_028_715_321_600L;
  /** The Gregorian calendar repeats after 400 years, weekdays included. */
  private static final long CYCLE_DAYS = 146_097;

  private final long cycle;
  private final LocalDate dateInCycle;
  private final int secondOfDay;

  private CivilTime(long cycle, LocalDate dateInCycle, int secondOfDay) {
    this.cycle = cycle;
    this.dateInCycle = dateInCycle;
    this.secondOfDay = secondOfDay;
  }

  static CivilTime of(double unixSeconds) {
    boolean fits = unixSeconds >= Long.MIN_VALUE && unixSeconds < 0x1p63;
    long sinceFirst = (fits ? (long) unixSeconds : Long.MIN_VALUE) - FIRST_SECOND;
    long epochDay = Long.divideUnsigned(sinceFirst, DAY_SECONDS) + FIRST_SECOND / DAY_SECONDS;
    return new CivilTime(Math.floorDiv(epochDay, CYCLE_DAYS), LocalDate.ofEpochDay(Math.floorMod(epochDay, CYCLE_DAYS)),
        (int) Long.remainderUnsigned(sinceFirst, DAY_SECONDS));
  }

  double year() {
    return dateInCycle.getYear() + 400.0 * cycle;
  }

  /** The date, in a year that differs from {@link #year} by a multiple of 400. */
  LocalDate date() {
    return dateInCycle;
  }

  int hour() {
    return secondOfDay / 3600;
  }

  int minute() {
    return secondOfDay / 60 % 60;
  }
}
