package io.meshwatch.notify;

import io.meshwatch.environment.Alarm;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Timers;
import io.meshwatch.notify.mail.Delivery;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries parcels through one channel, one after the other, on its own timer. While the channel as a whole does not work it tries
 * with one parcel now and then, so an outage costs one attempt at a time and its end is noticed soon. Safe for all threads.
 */
final class Courier {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final long CLOSE_TIMEOUT_MILLIS = 5000;

  /** Where parcels come from and results go; takes the notifier's lock itself. */
  interface Desk {
    /** The next parcel that is due, if there is one. */
    Optional<Parcel> next(Predicate<Destination> served);

    void settle(Parcel parcel, Channel.Sent sent);

    /** When something may be tried next; {@code Long.MAX_VALUE} if nothing waits. */
    long nextAttemptMillis(Predicate<Destination> served);
  }

  private final String name;
  private final Channel channel;
  private final Predicate<Destination> served;
  private final Desk desk;
  private final Clock clock;
  private final OutboxLimits limits;
  private final Alarm alarm;
  // Guarded by this.
  private long triedAtMillis;
  private long pausedUntilMillis;
  private int failures;
  private boolean closed;

  Courier(String name, Channel channel, Predicate<Destination> served, Desk desk, Clock clock, Timers timers, OutboxLimits limits) {
    this.name = name;
    this.channel = channel;
    this.served = served;
    this.desk = desk;
    this.clock = clock;
    this.limits = limits;
    this.alarm = new Alarm("notify " + name, timers, this::run);
  }

  /** Looks for something to carry soon; call it without the notifier's lock. */
  void wake() {
    long next = desk.nextAttemptMillis(served);
    if (next != Long.MAX_VALUE) {
      alarm.ask(Math.max(next, endOfPause()));
    }
  }

  /** The machine's clock may have been set back, so no pause is longer than the longest there is. */
  private synchronized long endOfPause() {
    return Math.min(pausedUntilMillis, clock.wallMillis() + limits.retryMaxMillis());
  }

  private void run(long dueMillis) throws InterruptedException {
    boolean works = false;
    try {
      works = carryAll();
    } finally {
      channel.rest();
      if (!works) {
        pause();
      }
      wake();
    }
  }

  /** Carries until nothing is due; false if the channel does not work. */
  private boolean carryAll() throws InterruptedException {
    Optional<Parcel> parcel = desk.next(served);
    while (parcel.isPresent()) {
      Channel.Sent sent = send(parcel.get());
      desk.settle(parcel.get(), sent);
      switch (sent.delivery()) {
        case Delivery.Accepted accepted -> works();
        case Delivery.Refused refused ->
            LOG.warn("{} refuses a notification for {}: {} {}", name, parcel.get().destination().address(), refused.code(), refused.text());
        case Delivery.Delayed delayed -> {
          if (delayed.everything()) {
            fails(delayed.text());
            return false;
          }
        }
      }
      parcel = isClosed() ? Optional.empty() : desk.next(served);
    }
    return true;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** A mistake of ours over one parcel must not keep the others from leaving. */
  private Channel.Sent send(Parcel parcel) throws InterruptedException {
    noteAttempt();
    try {
      return channel.send(parcel);
    } catch (RuntimeException e) {
      LOG.error("a notification for {} could not be written", parcel.destination().address(), e);
      return new Channel.Sent("", new Delivery.Delayed(0, "meshwatch could not write this notification: " + e, false));
    }
  }

  private synchronized void works() {
    if (failures > 0) {
      LOG.info("notifications leave again through {}", name);
    }
    failures = 0;
  }

  private synchronized void fails(String reason) {
    if (failures == 0) {
      LOG.warn("notifications wait: {}", reason);
    }
  }

  private synchronized void noteAttempt() {
    triedAtMillis = clock.wallMillis();
  }

  /** The pause counts from the beginning of the attempt: how long the other side let it hang is part of it. */
  private synchronized void pause() {
    pausedUntilMillis = Math.max(triedAtMillis + limits.backoffMillis(failures++), clock.wallMillis() + limits.backoffMillis(0));
  }

  /** Lets what is under way arrive, so that it is not sent again, but waits only so long. */
  void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
    }
    alarm.cancel(false);
    if (!alarm.awaitIdle(CLOSE_TIMEOUT_MILLIS)) {
      alarm.cancel(true);
    }
    channel.rest();
  }
}
