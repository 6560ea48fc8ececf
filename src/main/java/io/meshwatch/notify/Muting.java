package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which alerts are kept back at one moment, and by what. Immutable. */
final class Muting {
  private final Routing routing;
  private final List<Silence> active;
  private final List<Routing.MaintenanceWindow> windows;
  private final Inhibitor inhibitor;
  private final long atMillis;

  private Muting(Routing routing, List<Silence> active, List<Routing.MaintenanceWindow> windows, Inhibitor inhibitor, long atMillis) {
    this.routing = routing;
    this.active = active;
    this.windows = windows;
    this.inhibitor = inhibitor;
    this.atMillis = atMillis;
  }

  static Muting at(long atMillis, Routing routing, Collection<Silence> silences, Inhibitor inhibitor) {
    return new Muting(
        routing,
        silences.stream().filter(s -> s.stateAt(atMillis) == Silence.State.ACTIVE).toList(),
        routing.maintenance().stream().filter(w -> w.isAt(atMillis)).toList(),
        inhibitor,
        atMillis);
  }

  /** Ids of silences and names of maintenance windows that keep an alert back. */
  List<String> silencedBy(Labels alert) {
    List<String> by = new ArrayList<>();
    active.stream().filter(s -> s.matches(alert)).forEach(s -> by.add(s.id()));
    windows.stream().filter(w -> w.matchers().stream().allMatch(m -> m.matches(alert))).forEach(w -> by.add(w.name()));
    return by;
  }

  Optional<Labels> inhibitedBy(Labels alert) {
    return inhibitor.inhibitorOf(alert);
  }

  /** The time intervals that keep a route back; names of active intervals if none of them is now. */
  List<String> mutedBy(Route route) {
    List<String> muting = route.muteTimeIntervals().stream().filter(this::isNow).toList();
    boolean inactive = !route.activeTimeIntervals().isEmpty() && route.activeTimeIntervals().stream().noneMatch(this::isNow);
    return muting.isEmpty() && inactive ? route.activeTimeIntervals() : muting;
  }

  private boolean isNow(String name) {
    Map<String, List<TimeInterval>> all = routing.timeIntervals();
    return all.getOrDefault(name, List.of()).stream().anyMatch(t -> t.contains(atMillis));
  }

  long atMillis() {
    return atMillis;
  }
}
