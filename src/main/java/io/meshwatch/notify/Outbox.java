package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.Truncation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Chooses what is sent next and keeps the books about what came of it. There is at most one entry per group and destination, so
 * its size is bounded by the alerts; if many wait for one destination they leave as one digest. Guarded by the notifier's lock.
 */
final class Outbox {
  private static final int REPLY_BYTES_MAX = 500;

  private final Ledger ledger;
  private final Dispatcher dispatcher;
  private final OutboxLimits limits;
  private final NotificationMetrics metrics;
  private final MutingBoard muting;
  private final Map<String, Allowance> allowances = new HashMap<>();

  Outbox(Ledger ledger, Dispatcher dispatcher, OutboxLimits limits, NotificationMetrics metrics, MutingBoard muting) {
    this.ledger = ledger;
    this.dispatcher = dispatcher;
    this.limits = limits;
    this.metrics = metrics;
    this.muting = muting;
  }

  /** The next parcel for one of these destinations that is due, made from the alerts as they are now; empty if nothing is due. */
  Optional<Parcel> next(Predicate<Destination> served, long nowMillis) {
    for (DeliveryKey key : List.copyOf(ledger.pending().keySet())) {
      Destination destination = dispatcher.destination(key);
      Pending pending = ledger.pending(key);
      if (destination != null && pending != null && served.test(destination) && isDue(destination, pending, nowMillis)) {
        Map<DeliveryKey, Parcel.Content> contents = contents(destination, key, nowMillis);
        if (!contents.isEmpty()) {
          return Optional.of(parcel(destination, contents, nowMillis));
        }
      }
    }
    return Optional.empty();
  }

  private boolean isDue(Destination destination, Pending pending, long nowMillis) {
    return pending.nextAttemptAtMillis() <= nowMillis && allowance(destination, nowMillis).nextMillis(nowMillis) <= nowMillis;
  }

  private Allowance allowance(Destination destination, long nowMillis) {
    return allowances.computeIfAbsent(destination.id(), id -> new Allowance(limits.burst(), limits.refillMillis(), nowMillis));
  }

  /** The entry, or all that are due for its destination if they are too many for single mails, or for what it may get now. */
  private Map<DeliveryKey, Parcel.Content> contents(Destination destination, DeliveryKey first, long nowMillis) {
    List<DeliveryKey> due = new ArrayList<>();
    ledger.pending().forEach((key, pending) -> {
      if (key.destinationId().equals(destination.id()) && pending.nextAttemptAtMillis() <= nowMillis) {
        due.add(key);
      }
    });
    boolean tooMany = due.size() > limits.digestAbove() || !allowance(destination, nowMillis).isEnoughFor(due.size(), nowMillis);
    boolean digest = destination instanceof Destination.Mail && tooMany;
    Map<DeliveryKey, Parcel.Content> contents = new LinkedHashMap<>();
    for (DeliveryKey key : digest ? due : List.of(first)) {
      content(destination, key, nowMillis).ifPresent(c -> contents.put(key, c));
    }
    return contents;
  }

  /** What an entry has to tell now; an entry that has nothing to tell any more is dropped. */
  private Optional<Parcel.Content> content(Destination destination, DeliveryKey key, long nowMillis) {
    AggregationGroup group = dispatcher.group(key.groupId());
    Pending pending = ledger.pending(key);
    if (group == null || pending == null) {
      return Optional.empty();
    }
    Notification notification = NotificationPlan.of(muting.at(nowMillis), group, destination, ledger);
    if (!NotificationPlan.isNeeded(notification, ledger.told(key), group.route(), nowMillis)) {
      ledger.removePending(key);
      return Optional.empty();
    }
    return Optional.of(new Parcel.Content(notification, pending));
  }

  private Parcel parcel(Destination destination, Map<DeliveryKey, Parcel.Content> contents, long nowMillis) {
    var first = contents.entrySet().iterator().next();
    String thread = contents.size() > 1 ? "" : ledger.told(first.getKey()).threadId();
    String messageId = first.getValue().pending().messageId() + "." + contentHash(contents.values());
    return new Parcel(destination, contents, messageId, thread.isEmpty() ? List.of() : List.of(thread), nowMillis);
  }

  /** Mailboxes may drop a second mail with the same id, so only the same content gets the same id again. */
  private static String contentHash(Collection<Parcel.Content> contents) {
    long hash = 0;
    for (Parcel.Content content : contents) {
      Notification n = content.notification();
      for (List<Alert> part : List.of(n.news(), n.resolved(), n.missed(), n.still())) {
        hash = hash * 31 + part.stream().mapToLong(a -> a.labels().fingerprint()).sum();
      }
    }
    return Long.toHexString(hash);
  }

  /** Writes down what came of a parcel. Only what was taken uses up the destination's allowance: an outage must not. */
  void settle(Parcel parcel, Channel.Sent sent, long nowMillis) {
    metrics.attempted(parcel, sent.delivery(), nowMillis);
    switch (sent.delivery()) {
      case Delivery.Accepted accepted -> {
        allowance(parcel.destination(), nowMillis).take(nowMillis);
        record(parcel, sent, HistoryEntry.Outcome.ACCEPTED, nowMillis);
        parcel.contents().forEach((key, content) -> finish(key, content, parcel.messageId(), nowMillis));
      }
      case Delivery.Refused refused -> {
        record(parcel, sent, HistoryEntry.Outcome.REFUSED, nowMillis);
        parcel.contents().forEach((key, content) -> finish(key, content, "", nowMillis));
      }
      case Delivery.Delayed delayed -> {
        boolean alreadySaid = parcel.contents().values().stream().allMatch(c -> c.pending().lastReply().equals(shown(delayed.text())));
        if (!alreadySaid) {
          record(parcel, sent, HistoryEntry.Outcome.DELAYED, nowMillis);
        }
        parcel.contents().forEach((key, content) -> delay(key, content, delayed, nowMillis));
      }
    }
  }

  /** The other side knows now. News that came while the parcel was under way make a new entry. */
  private void finish(DeliveryKey key, Parcel.Content content, String messageId, long nowMillis) {
    AggregationGroup group = dispatcher.group(key.groupId());
    Destination destination = dispatcher.destination(key);
    Pending now = ledger.pending(key);
    ledger.removePending(key);
    if (group == null || destination == null) {
      return;
    }
    ledger.put(key, ledger.told(key).after(content.notification(), nowMillis, messageId));
    if (now != null && !now.equals(content.pending())) {
      Notification rest = NotificationPlan.of(muting.at(nowMillis), group, destination, ledger);
      if (rest.hasNews()) {
        dispatcher.enqueue(key, rest, nowMillis);
      }
    }
  }

  private void delay(DeliveryKey key, Parcel.Content content, Delivery.Delayed delayed, long nowMillis) {
    Pending pending = ledger.pending(key);
    if (delayed.perhapsTaken() && !content.notification().resolved().isEmpty()) {
      ledger.put(key, ledger.told(key).afterLostAnswer(content.notification().resolved()));
    }
    if (pending != null) {
      // When everything waits, the channel itself decides when it tries again.
      long wait = delayed.everything() ? 0 : limits.backoffMillis(pending.attempts());
      ledger.put(key, pending.retryAt(nowMillis + wait, shown(delayed.text())));
    }
  }

  private void record(Parcel parcel, Channel.Sent sent, HistoryEntry.Outcome outcome, long nowMillis) {
    Delivery delivery = sent.delivery();
    ledger.add(new HistoryEntry(0, nowMillis, parcel.receiver(), parcel.destination().integration(), parcel.destination().address(),
        sent.subject(), parcel.alerts(Notification::news).size(), parcel.alerts(Notification::over).size(),
        parcel.alerts(Notification::still).size(), outcome, delivery.code(), shown(delivery.text()),
        parcel.destination() instanceof Destination.Mail ? parcel.messageId() : "", parcel.attempts() + 1,
        Math.max(0, nowMillis - parcel.waitingSinceMillis()), parcel.alertNames()));
  }

  private static String shown(String reply) {
    return Truncation.toBytes(reply, REPLY_BYTES_MAX);
  }

  /** Puts mails that wait for too long into the second channel too. */
  void escalate(long nowMillis) {
    dispatcher.routing().secondChannel().ifPresent(second -> {
      for (DeliveryKey key : List.copyOf(ledger.pending().keySet())) {
        Pending pending = ledger.pending(key);
        AggregationGroup group = dispatcher.group(key.groupId());
        DeliveryKey twin = new DeliveryKey(key.groupId(), second.destination().id());
        boolean mail = dispatcher.destination(key) instanceof Destination.Mail;
        boolean stuck = pending != null && pending.attempts() > 0 && pending.createdAtMillis() + second.afterMillis() <= nowMillis;
        if (group != null && mail && stuck && !key.equals(twin) && ledger.pending(twin) == null) {
          Notification news = NotificationPlan.of(muting.at(nowMillis), group, second.destination(), ledger);
          if (news.hasNews()) {
            dispatcher.enqueue(twin, news, nowMillis);
          }
        }
      }
    });
  }

  /** Lets nothing wait longer for its next attempt than the longest wait there is: the machine's clock may have been set back. */
  void retryWithinLimits(long nowMillis) {
    long latestMillis = nowMillis + limits.retryMaxMillis();
    Map.copyOf(ledger.pending()).forEach((key, pending) -> {
      if (pending.nextAttemptAtMillis() > latestMillis) {
        ledger.put(key, pending.dueAt(latestMillis));
      }
    });
  }

  /** When the next entry for one of these destinations may be tried; {@code Long.MAX_VALUE} if none waits. */
  long nextAttemptMillis(Predicate<Destination> served, long nowMillis) {
    long next = Long.MAX_VALUE;
    for (var entry : ledger.pending().entrySet()) {
      Destination destination = dispatcher.destination(entry.getKey());
      if (destination != null && served.test(destination)) {
        long at = Math.max(entry.getValue().nextAttemptAtMillis(), allowance(destination, nowMillis).nextMillis(nowMillis));
        next = Math.min(next, at);
      }
    }
    return next;
  }

  /** Entries for mailboxes: how many and since when the oldest waits; 0 = none waits. */
  SpoolStatus status() {
    int messages = 0;
    long oldest = 0;
    List<SpoolStatus.Entry> entries = new ArrayList<>();
    for (var entry : ledger.pending().entrySet()) {
      Destination destination = dispatcher.destination(entry.getKey());
      if (destination instanceof Destination.Mail) {
        messages++;
        long created = entry.getValue().createdAtMillis();
        oldest = oldest == 0 ? created : Math.min(oldest, created);
      }
      if (destination != null && entries.size() < SpoolStatus.ENTRIES_MAX) {
        entries.add(new SpoolStatus.Entry(destination.address(), destination.integration(), entry.getValue().createdAtMillis(),
            entry.getValue().attempts(), entry.getValue().nextAttemptAtMillis(), entry.getValue().lastReply()));
      }
    }
    return new SpoolStatus(messages, oldest, List.copyOf(entries));
  }
}
