package io.meshwatch.sonar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a backend that restarts from one that is broken. Both answer 503; the first stops doing so within four minutes. So 503 is
 * tolerated for so long, all bursts of the last hour together: a backend that restarts again and again is broken, too.
 *
 * <p>All targets of a host share one account: what one sees is true for all. Guarded by its lock.
 */
final class RestartTolerance {
  private static final long WINDOW_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final int BURSTS_MAX = 1_000;

  /** From the first 503 to the first other answer, or to the last 503 so far. */
  private static final class Burst {
    final long firstMillis;
    long lastMillis;

    Burst(long atMillis) {
      firstMillis = atMillis;
      lastMillis = atMillis;
    }
  }

  private static final class Host {
    final Deque<Burst> bursts = new ArrayDeque<>();
    boolean burning;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Host> hosts = new HashMap<>();

  /** Notes a 503; true as long as it may be a restart. */
  boolean tolerates(String host, long atMillis, double secondsMax) {
    lock.lock();
    try {
      Host seen = hosts.computeIfAbsent(host, h -> new Host());
      if (!seen.burning) {
        seen.bursts.addLast(new Burst(atMillis));
        seen.burning = true;
      }
      seen.bursts.getLast().lastMillis = Math.max(seen.bursts.getLast().lastMillis, atMillis);
      forgetOld(seen, atMillis);
      long burnt = seen.bursts.stream().mapToLong(b -> b.lastMillis - b.firstMillis).sum();
      return burnt < secondsMax * 1000;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the host answers again: the burst is over. All the time until now counts, or a host that is down at every other look would never be. */
  void recovered(String host, long atMillis) {
    lock.lock();
    try {
      Host seen = hosts.get(host);
      if (seen != null && seen.burning) {
        seen.bursts.getLast().lastMillis = Math.max(seen.bursts.getLast().lastMillis, atMillis);
        seen.burning = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private static void forgetOld(Host host, long nowMillis) {
    while (host.bursts.size() > 1 && (host.bursts.getFirst().lastMillis < nowMillis - WINDOW_MILLIS || host.bursts.size() > BURSTS_MAX)) {
      host.bursts.removeFirst();
    }
  }
}
