package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.HashSet;
import java.util.Set;

/**
 * The notification log of one group and destination: what the other side knows.
 *
 * @param sentAtMillis when it last took a notification; 0 = never
 * @param firing alerts of the group of which it was last told that they fire
 * @param threadId message id of the conversation's first mail; empty if there is none
 */
record Told(long sentAtMillis, Set<Labels> firing, String threadId) {
  static final Told NOTHING = new Told(0, Set.of(), "");

  Told after(Notification notification, long nowMillis, String messageId) {
    Set<Labels> known = new HashSet<>(firing);
    notification.news().forEach(a -> known.add(a.labels()));
    notification.resolved().forEach(a -> known.remove(a.labels()));
    return new Told(nowMillis, Set.copyOf(known), threadId.isEmpty() ? messageId : threadId);
  }

  Told without(Set<Labels> gone) {
    if (firing.stream().noneMatch(gone::contains)) {
      return this;
    }
    Set<Labels> left = new HashSet<>(firing);
    left.removeAll(gone);
    return new Told(sentAtMillis, Set.copyOf(left), threadId);
  }
}
