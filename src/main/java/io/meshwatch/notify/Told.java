package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The notification log of one group and destination: what the other side knows.
 *
 * @param sentAtMillis when it last took a notification; 0 = never
 * @param firing alerts of the group of which it was last told that they fire
 * @param perhapsOver those of them of which it may know that they are over: it was told, but its answer was lost
 * @param threadId message id of the conversation's first mail; empty if there is none
 */
record Told(long sentAtMillis, Set<Labels> firing, Set<Labels> perhapsOver, String threadId) {
  static final Told NOTHING = new Told(0, Set.of(), Set.of(), "");

  /** It took this notification. */
  Told after(Notification notification, long nowMillis, String messageId) {
    Set<Labels> known = new HashSet<>(firing);
    notification.news().forEach(a -> known.add(a.labels()));
    notification.resolved().forEach(a -> known.remove(a.labels()));
    return new Told(nowMillis, Set.copyOf(known), Set.of(), threadId.isEmpty() ? messageId : threadId);
  }

  /** It may have taken a notification that told these ends. */
  Told afterLostAnswer(List<Alert> resolved) {
    Set<Labels> over = new HashSet<>(perhapsOver);
    resolved.forEach(a -> over.add(a.labels()));
    return new Told(sentAtMillis, firing, Set.copyOf(over), threadId);
  }

  /** Whether it knows of an alert that it fires, and will not take it for over. */
  boolean believes(Labels alert) {
    return firing.contains(alert) && !perhapsOver.contains(alert);
  }

  Told without(Set<Labels> gone) {
    return firing.stream().anyMatch(gone::contains) ? new Told(sentAtMillis, without(firing, gone), without(perhapsOver, gone), threadId) : this;
  }

  private static Set<Labels> without(Set<Labels> all, Set<Labels> gone) {
    Set<Labels> left = new HashSet<>(all);
    left.removeAll(gone);
    return Set.copyOf(left);
  }
}
