package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node of the routing tree, with everything it inherits already filled in. Immutable.
 *
 * @param id tells it from every other route of the tree; stays the same across reloads that do not touch it
 * @param key path of matchers from the root, as in Alertmanager's group keys
 * @param matchers all must match for an alert to enter
 * @param receiver name of the receiver
 * @param grouping by which labels alerts are put together, and when groups are sent
 * @param goOn whether later siblings are tried after this route matched
 * @param muteTimeIntervals names of the times in which nothing is sent
 * @param activeTimeIntervals names of the only times in which something is sent; empty = always
 * @param labels further labels of the route, for templates
 * @param routes children, in order
 */
public record Route(
    String id,
    String key,
    List<Matcher> matchers,
    String receiver,
    Grouping grouping,
    boolean goOn,
    List<String> muteTimeIntervals,
    List<String> activeTimeIntervals,
    Map<String, String> labels,
    List<Route> routes) {
  /**
   * How alerts are put together.
   *
   * @param byAll whether every label set is its own group
   * @param by labels whose values make a group; empty = one group
   * @param groupWaitMillis from a group's first alert to its first notification
   * @param groupIntervalMillis between looks at a group for changes
   * @param repeatIntervalMillis after which an unchanged notification is sent again
   */
  public record Grouping(boolean byAll, List<String> by, long groupWaitMillis, long groupIntervalMillis, long repeatIntervalMillis) {
    /** What Alertmanager does when nothing is said. */
    public static final Grouping ALERTMANAGER = new Grouping(false, List.of(), 30_000, 300_000, 14_400_000);

    Labels groupLabels(Labels alert) {
      return byAll ? alert : alert.keep(by);
    }
  }

  /** The deepest routes an alert takes, in order; empty if it does not enter here. */
  public List<Route> match(Labels alert) {
    if (!matchers.stream().allMatch(m -> m.matches(alert))) {
      return List.of();
    }
    List<Route> taken = new ArrayList<>();
    for (Route child : routes) {
      List<Route> deeper = child.match(alert);
      taken.addAll(deeper);
      if (!deeper.isEmpty() && !child.goOn()) {
        break;
      }
    }
    return taken.isEmpty() ? List.of(this) : taken;
  }

  /** This route and all below it, parents first. */
  public List<Route> all() {
    List<Route> all = new ArrayList<>(List.of(this));
    routes.forEach(r -> all.addAll(r.all()));
    return all;
  }
}
