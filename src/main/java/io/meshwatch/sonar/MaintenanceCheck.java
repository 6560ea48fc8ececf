package io.meshwatch.sonar;

import io.meshwatch.model.Problem;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Finds every mistake in maintenance windows. Used once, then thrown away. */
final class MaintenanceCheck {
  private final MaintenanceSettings settings;
  private final List<Problem> problems = new ArrayList<>();

  MaintenanceCheck(MaintenanceSettings settings) {
    this.settings = settings;
  }

  private void error(String place, String message) {
    problems.add(Problem.error("", 0, 0, place + ": " + message));
  }

  List<Problem> problems() {
    for (int i = 0; i < settings.once().size(); i++) {
      MaintenanceSettings.Once window = settings.once().get(i);
      String place = "sonar.maintenance.once[" + i + "]";
      checkZone(place, window.timeZone());
      boolean fromHolds = checkDateTime(place + ".from", window.from());
      boolean untilHolds = checkDateTime(place + ".until", window.until());
      if (fromHolds && untilHolds && !LocalDateTime.parse(window.from()).isBefore(LocalDateTime.parse(window.until()))) {
        error(place + ".until", "expected a time after " + window.from() + ", got " + window.until());
      }
    }
    for (int i = 0; i < settings.weekly().size(); i++) {
      MaintenanceSettings.Weekly window = settings.weekly().get(i);
      String place = "sonar.maintenance.weekly[" + i + "]";
      checkZone(place, window.timeZone());
      checkTime(place + ".from", window.from());
      checkTime(place + ".until", window.until());
      if (window.days().isEmpty()) {
        error(place + ".days", "expected at least one day, got none");
      }
    }
    return List.copyOf(problems);
  }

  private void checkZone(String place, String zone) {
    try {
      ZoneId.of(zone);
    } catch (DateTimeException unknown) {
      error(place + ".timeZone", "expected a time zone such as \"Europe/Berlin\", got \"" + zone + "\"");
    }
  }

  private boolean checkDateTime(String place, String text) {
    try {
      LocalDateTime.parse(text);
      return true;
    } catch (DateTimeException notATime) {
      error(place, "expected a date and time such as \"2026-03-01T17:00\", got \"" + text + "\"");
      return false;
    }
  }

  private void checkTime(String place, String text) {
    try {
      LocalTime.parse(text);
    } catch (DateTimeException notATime) {
      error(place, "expected a time such as \"17:00\", got \"" + text + "\"");
    }
  }
}
