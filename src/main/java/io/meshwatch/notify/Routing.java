package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Everything that decides which alert is told to whom and when.
 *
 * @param root the route every alert enters
 * @param receivers by name; every route's receiver is among them
 * @param inhibitRules which alerts hold back which
 * @param timeIntervals by name; those that routes name are among them
 * @param maintenance recurring times in which certain alerts are not sent
 * @param secondChannel where mails go that could not be delivered for long
 */
public record Routing(
    Route root,
    Map<String, Receiver> receivers,
    List<InhibitRule> inhibitRules,
    Map<String, List<TimeInterval>> timeIntervals,
    List<MaintenanceWindow> maintenance,
    Optional<SecondChannel> secondChannel) {
  /**
   * A recurring silence.
   *
   * @param name shown where an alert is kept back by it
   * @param matchers which alerts
   * @param times when
   */
  public record MaintenanceWindow(String name, List<Matcher> matchers, List<TimeInterval> times) {
    boolean isAt(long atMillis) {
      return times.stream().anyMatch(t -> t.contains(atMillis));
    }
  }

  /**
   * Another way out.
   *
   * @param destination where to
   * @param afterMillis how long a mail must have waited
   */
  public record SecondChannel(Destination destination, long afterMillis) {}

  /** The routing that settings describe, an {@code alertmanager.yml} they may name left aside. */
  public static Routing of(Installation installation, NotifySettings settings) {
    return DefaultRouting.of(installation, settings);
  }

  /** The shortest time between two looks at groups that are told to some destinations; {@code Long.MAX_VALUE} if no route leads there. */
  long shortestGroupIntervalMillis(Predicate<Destination> some) {
    return root.all().stream()
        .filter(route -> receiver(route).destinations().stream().anyMatch(some))
        .mapToLong(route -> route.grouping().groupIntervalMillis())
        .min().orElse(Long.MAX_VALUE);
  }

  /** The receiver of a route. */
  Receiver receiver(Route route) {
    Receiver receiver = receivers.get(route.receiver());
    if (receiver == null) {
      throw new IllegalStateException("route " + route.id() + " names a receiver that does not exist: " + route.receiver());
    }
    return receiver;
  }
}
