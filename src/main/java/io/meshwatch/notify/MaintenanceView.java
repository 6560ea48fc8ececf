package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import java.util.List;

/**
 * A recurring time in which certain alerts are kept back, as pages show it.
 *
 * @param name from the configuration
 * @param matchers which alerts
 * @param times when, one text for each interval
 * @param now whether it is that time now
 */
public record MaintenanceView(String name, List<Matcher> matchers, List<String> times, boolean now) {
  static MaintenanceView of(Routing.MaintenanceWindow window, long nowMillis) {
    return new MaintenanceView(window.name(), window.matchers(), window.times().stream().map(TimeInterval::text).toList(), window.isAt(nowMillis));
  }
}
