package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Optional;

/**
 * What happens to an alert's notifications, and why.
 *
 * @param firing whether an alert with these labels fires now
 * @param silencedBy ids of silences and names of maintenance windows
 * @param inhibitedBy the firing alert that holds it back
 * @param acknowledged who takes care of it
 * @param ways the routes it takes
 */
public record Explanation(
    boolean firing, List<String> silencedBy, Optional<Labels> inhibitedBy, Optional<Acknowledgement> acknowledged,
    List<Way> ways) {
  /**
   * A route it takes.
   *
   * @param routeKey path of matchers from the root
   * @param receiver who is told
   * @param group labels of its group
   * @param mutedBy time intervals that keep the route back now
   * @param nextLookMillis when its group is looked at next; 0 if there is no such group
   * @param told each destination
   */
  public record Way(String routeKey, String receiver, Labels group, List<String> mutedBy, long nextLookMillis, List<Told> told) {}

  /**
   * A destination.
   *
   * @param address mailbox or host
   * @param lastSentAtMillis when it last took something about the group; 0 = never
   * @param waitingBecause why something still waits; empty if nothing does or it was not tried yet
   */
  public record Told(String address, long lastSentAtMillis, String waitingBecause) {}
}
