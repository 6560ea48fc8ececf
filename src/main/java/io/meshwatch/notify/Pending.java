package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.HashSet;
import java.util.Set;

/**
 * An entry of the outbox: one group has news for one destination. It holds no text; what is sent is made from the alerts as they
 * are when the other side takes it, so a long outage ends with one mail per group about now, not with a pile about then.
 *
 * @param createdAtMillis since when the news wait
 * @param nextAttemptAtMillis not to be tried before
 * @param attempts how often it was tried
 * @param messageId first part of the mail's id, the same in every attempt
 * @param announced alerts that fired when they were put here; if they are over before the mail leaves, it says so
 * @param lastReply why it still waits; empty if it was not tried
 */
record Pending(
    long createdAtMillis, long nextAttemptAtMillis, int attempts, String messageId, Set<Labels> announced, String lastReply) {
  Pending announcing(Set<Labels> more) {
    if (announced.containsAll(more)) {
      return this;
    }
    Set<Labels> all = new HashSet<>(announced);
    all.addAll(more);
    return new Pending(createdAtMillis, nextAttemptAtMillis, attempts, messageId, Set.copyOf(all), lastReply);
  }

  Pending without(Set<Labels> gone) {
    Set<Labels> left = new HashSet<>(announced);
    return left.removeAll(gone)
        ? new Pending(createdAtMillis, nextAttemptAtMillis, attempts, messageId, Set.copyOf(left), lastReply)
        : this;
  }

  Pending dueAt(long atMillis) {
    return new Pending(createdAtMillis, atMillis, attempts, messageId, announced, lastReply);
  }

  Pending retryAt(long atMillis, String reply) {
    return new Pending(createdAtMillis, atMillis, attempts + 1, messageId, announced, reply);
  }
}
