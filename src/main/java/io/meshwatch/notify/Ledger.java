package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that notification must remember, in memory and, from {@link #commit} on, on disk. A commit that fails keeps its changes for
 * the next one. Guarded by the notifier's lock.
 */
final class Ledger {
  private final NotificationStore store;
  private final Map<Labels, Alert> alerts = new LinkedHashMap<>();
  private final Map<String, NotificationStore.SavedGroup> groups = new HashMap<>();
  private final Map<DeliveryKey, Told> told = new HashMap<>();
  private final Map<DeliveryKey, Pending> pending = new LinkedHashMap<>();
  private final Map<String, Silence> silences = new LinkedHashMap<>();
  private final Map<Labels, Acknowledgement> acknowledgements = new HashMap<>();
  private NotificationStore.Changes changes = noChanges();
  /** Counts changes to which alerts there are and when they end, for caches made from them. */
  private long alertsVersion;

  Ledger(NotificationStore store) {
    this.store = store;
    NotificationStore.Saved saved = store.load();
    saved.alerts().forEach(a -> alerts.put(a.labels(), a));
    groups.putAll(saved.groups());
    told.putAll(saved.told());
    saved.pending().entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.comparingLong(Pending::createdAtMillis)))
        .forEach(e -> pending.put(e.getKey(), e.getValue()));
    saved.silences().forEach(s -> silences.put(s.id(), s));
    acknowledgements.putAll(saved.acknowledgements());
  }

  private static NotificationStore.Changes noChanges() {
    return new NotificationStore.Changes(
        new LinkedHashMap<>(), new HashMap<>(), new HashMap<>(), new LinkedHashMap<>(), new HashMap<>(), new HashMap<>(),
        new ArrayList<>());
  }

  /** Makes all changes since the last commit safe. */
  void commit() {
    store.save(changes);
    changes = noChanges();
  }

  Collection<Alert> alerts() {
    return Collections.unmodifiableCollection(alerts.values());
  }

  @Nullable Alert alert(Labels labels) {
    return alerts.get(labels);
  }

  long alertsVersion() {
    return alertsVersion;
  }

  void put(Alert alert) {
    Alert before = alerts.put(alert.labels(), alert);
    if (before == null || before.endsAtMillis() != alert.endsAtMillis()) {
      alertsVersion++;
    }
    changes.alerts().put(alert.labels(), Optional.of(alert));
  }

  void removeAlert(Labels labels) {
    if (alerts.remove(labels) != null) {
      alertsVersion++;
      changes.alerts().put(labels, Optional.empty());
      removeAcknowledgement(labels);
    }
  }

  @Nullable Acknowledgement acknowledgement(Labels labels) {
    return acknowledgements.get(labels);
  }

  void put(Labels alert, Acknowledgement acknowledgement) {
    acknowledgements.put(alert, acknowledgement);
    changes.acknowledgements().put(alert, Optional.of(acknowledgement));
  }

  void removeAcknowledgement(Labels alert) {
    if (acknowledgements.remove(alert) != null) {
      changes.acknowledgements().put(alert, Optional.empty());
    }
  }

  NotificationStore.@Nullable SavedGroup savedGroup(String id) {
    return groups.get(id);
  }

  Set<String> savedGroupIds() {
    return Set.copyOf(groups.keySet());
  }

  void save(AggregationGroup group) {
    NotificationStore.SavedGroup saved = new NotificationStore.SavedGroup(group.nextFlushMillis(), group.flushed());
    if (!saved.equals(groups.put(group.id(), saved))) {
      changes.groups().put(group.id(), Optional.of(saved));
    }
  }

  /** Forgets a group, what was told about it and what waits for it. */
  void removeGroup(String id) {
    if (groups.remove(id) != null) {
      changes.groups().put(id, Optional.empty());
    }
    keysOf(told.keySet(), id).forEach(key -> {
      told.remove(key);
      changes.told().put(key, Optional.empty());
    });
    keysOf(pending.keySet(), id).forEach(this::removePending);
  }

  private static List<DeliveryKey> keysOf(Set<DeliveryKey> keys, String groupId) {
    return keys.stream().filter(k -> k.groupId().equals(groupId)).toList();
  }

  Told told(DeliveryKey key) {
    return told.getOrDefault(key, Told.NOTHING);
  }

  Set<DeliveryKey> toldKeys() {
    return Set.copyOf(told.keySet());
  }

  void put(DeliveryKey key, Told entry) {
    if (!entry.equals(told.put(key, entry))) {
      changes.told().put(key, Optional.of(entry));
    }
  }

  @Nullable Pending pending(DeliveryKey key) {
    return pending.get(key);
  }

  /** What waits, the oldest first. */
  Map<DeliveryKey, Pending> pending() {
    return Collections.unmodifiableMap(pending);
  }

  void put(DeliveryKey key, Pending entry) {
    if (!entry.equals(pending.put(key, entry))) {
      changes.pending().put(key, Optional.of(entry));
    }
  }

  void removePending(DeliveryKey key) {
    if (pending.remove(key) != null) {
      changes.pending().put(key, Optional.empty());
    }
  }

  Collection<Silence> silences() {
    return Collections.unmodifiableCollection(silences.values());
  }

  @Nullable Silence silence(String id) {
    return silences.get(id);
  }

  void put(Silence silence) {
    silences.put(silence.id(), silence);
    changes.silences().put(silence.id(), Optional.of(silence));
  }

  void removeSilence(String id) {
    if (silences.remove(id) != null) {
      changes.silences().put(id, Optional.empty());
    }
  }

  void add(HistoryEntry entry) {
    changes.history().add(entry);
  }
}
