package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.sonar.MaintenanceSettings.Weekday;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows that come back, in a time zone with summer time. */
class MaintenanceCalendarTest {
  private final MaintenanceCalendar calendar = new MaintenanceCalendar(new MaintenanceSettings(List.of(), List.of(
      new MaintenanceSettings.Weekly("evening", List.of(Weekday.MONDAY, Weekday.THURSDAY), "17:00", "21:00", "Europe/Berlin", List.of()),
      new MaintenanceSettings.Weekly("night", List.of(Weekday.SATURDAY), "23:00", "02:00", "UTC", List.of("aws.aws-main")))));

  @ParameterizedTest
  @CsvSource({
    "2026-07-06T15:00:00Z, evening",
    "2026-07-06T14:59:59Z, ''",
    "2026-07-06T19:00:00Z, ''",
    "2026-01-05T16:00:00Z, evening",
    "2026-01-05T15:30:00Z, ''",
    "2026-07-07T16:00:00Z, ''",
    "2026-07-11T23:30:00Z, night",
    "2026-07-12T01:59:00Z, night",
    "2026-07-12T02:00:00Z, ''",
    "2026-07-12T23:30:00Z, ''"
  })
  void knowsWhichWindowAMomentLiesIn(String moment, String window) {
    assertThat(calendar.windowAt("aws.aws-main", Instant.parse(moment).toEpochMilli()).orElse("")).isEqualTo(window);
  }

  @ParameterizedTest
  @CsvSource({"2026-07-11T23:30:00Z"})
  void concernsOnlyItsPlatforms(String moment) {
    assertThat(calendar.windowAt("gcp.gcp-main", Instant.parse(moment).toEpochMilli())).isEmpty();
  }
}
