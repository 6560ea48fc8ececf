package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What one attempt carries to one destination: one group's notification, or many at once as a digest.
 *
 * @param destination where to
 * @param contents what each entry of the outbox has to tell, as it was when the parcel was made
 * @param messageId id of the mail
 * @param references the conversation so far, oldest first
 * @param madeAtMillis when it was made
 */
record Parcel(
    Destination destination, Map<DeliveryKey, Content> contents, String messageId, List<String> references, long madeAtMillis) {
  /** One entry. */
  record Content(Notification notification, Pending pending) {}

  boolean isDigest() {
    return contents.size() > 1;
  }

  List<Notification> notifications() {
    return contents.values().stream().map(Content::notification).toList();
  }

  List<Alert> alerts(Function<Notification, List<Alert>> part) {
    return notifications().stream().flatMap(n -> part.apply(n).stream()).toList();
  }

  /** The names of all its alerts, each once, for the history. */
  List<String> alertNames() {
    return Stream.of(alerts(Notification::firing), alerts(Notification::over))
        .flatMap(List::stream).map(Alert::name).distinct().limit(HistoryEntry.ALERTS_MAX).toList();
  }

  long waitingSinceMillis() {
    return contents.values().stream().mapToLong(c -> c.pending().createdAtMillis()).min().orElse(madeAtMillis);
  }

  int attempts() {
    return contents.values().stream().mapToInt(c -> c.pending().attempts()).max().orElse(0);
  }

  String receiver() {
    return notifications().getFirst().receiver();
  }
}
