package io.meshwatch.notify;

import java.util.List;

/**
 * What waits to be delivered.
 *
 * @param messages mails that wait
 * @param oldestSinceMillis since when the oldest of them waits; 0 = none waits
 * @param entries everything that waits, the oldest first, bounded
 */
public record SpoolStatus(int messages, long oldestSinceMillis, List<Entry> entries) {
  static final int ENTRIES_MAX = 1000;

  /**
   * One entry.
   *
   * @param destination mailbox or host
   * @param integration email, webhook…
   * @param sinceMillis since when it waits
   * @param attempts how often it was tried
   * @param nextAttemptAtMillis not to be tried before
   * @param lastReply why it waits; empty if it was not tried yet
   */
  public record Entry(String destination, String integration, long sinceMillis, int attempts, long nextAttemptAtMillis, String lastReply) {}
}
