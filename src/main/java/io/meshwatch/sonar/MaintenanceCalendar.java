package io.meshwatch.sonar;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;

/** Knows at which times which platforms are under maintenance. Immutable. */
final class MaintenanceCalendar {
  private final MaintenanceSettings settings;

  MaintenanceCalendar(MaintenanceSettings settings) {
    this.settings = settings;
  }

  /** The name of the window in which this moment lies; empty if in none. */
  Optional<String> windowAt(String platform, long atMillis) {
    Instant at = Instant.ofEpochMilli(atMillis);
    Optional<String> once = settings.once().stream()
        .filter(w -> concerns(w.platforms(), platform) && contains(w, at))
        .map(MaintenanceSettings.Once::name)
        .findFirst();
    return once.or(() -> settings.weekly().stream()
        .filter(w -> concerns(w.platforms(), platform) && contains(w, at))
        .map(MaintenanceSettings.Weekly::name)
        .findFirst());
  }

  private static boolean concerns(List<String> platforms, String platform) {
    return platforms.isEmpty() || platforms.contains(platform);
  }

  private static boolean contains(MaintenanceSettings.Once window, Instant at) {
    ZoneId zone = ZoneId.of(window.timeZone());
    return !at.isBefore(LocalDateTime.parse(window.from()).atZone(zone).toInstant())
        && at.isBefore(LocalDateTime.parse(window.until()).atZone(zone).toInstant());
  }

  /** A window may have begun today or, if it goes over midnight, yesterday. */
  private static boolean contains(MaintenanceSettings.Weekly window, Instant at) {
    ZonedDateTime local = at.atZone(ZoneId.of(window.timeZone()));
    return beganOn(window, local.toLocalDate(), at) || beganOn(window, local.toLocalDate().minusDays(1), at);
  }

  private static boolean beganOn(MaintenanceSettings.Weekly window, LocalDate day, Instant at) {
    DayOfWeek weekday = day.getDayOfWeek();
    if (window.days().stream().noneMatch(d -> d.name().equals(weekday.name()))) {
      return false;
    }
    ZoneId zone = ZoneId.of(window.timeZone());
    LocalTime from = LocalTime.parse(window.from());
    LocalTime until = LocalTime.parse(window.until());
    LocalDate end = until.isAfter(from) ? day : day.plusDays(1);
    return !at.isBefore(day.atTime(from).atZone(zone).toInstant()) && at.isBefore(end.atTime(until).atZone(zone).toInstant());
  }
}
