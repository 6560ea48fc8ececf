package io.meshwatch.sonar;

import java.util.List;

/**
 * When something is expected to be broken. Sonar goes on testing, but its runs neither raise alerts nor count against anybody.
 *
 * @param once windows with a beginning and an end
 * @param weekly windows that come back
 */
public record MaintenanceSettings(List<Once> once, List<Weekly> weekly) {
  /**
   * One window.
   *
   * @param name shown beside the runs
   * @param from local date and time, {@code 2026-03-01T17:00}
   * @param until local date and time
   * @param timeZone such as {@code Europe/Berlin}
   * @param platforms platforms it concerns; empty = all
   */
  public record Once(String name, String from, String until, String timeZone, List<String> platforms) {
    public static Once defaults() {
      return new Once("maintenance", "", "", "UTC", List.of());
    }
  }

  /**
   * A window that comes back every week.
   *
   * @param name shown beside the runs
   * @param days the days on which it begins
   * @param from local time, {@code 17:00}
   * @param until local time; not later than {@code from} means on the next day
   * @param timeZone such as {@code Europe/Berlin}
   * @param platforms platforms it concerns; empty = all
   */
  public record Weekly(String name, List<Weekday> days, String from, String until, String timeZone, List<String> platforms) {
    public static Weekly defaults() {
      return new Weekly("maintenance", List.of(), "", "", "UTC", List.of());
    }
  }

  /** A day of the week. */
  public enum Weekday {
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    THURSDAY,
    FRIDAY,
    SATURDAY,
    SUNDAY
  }

  public static MaintenanceSettings defaults() {
    return new MaintenanceSettings(List.of(), List.of());
  }
}
