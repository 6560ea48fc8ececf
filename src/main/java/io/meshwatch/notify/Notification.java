package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a group has to tell a destination now.
 *
 * @param groupId the group
 * @param groupKey the group in Alertmanager's words
 * @param groupLabels what its alerts have in common by definition
 * @param receiver name of the receiver
 * @param routeLabels further labels of the route
 * @param news alerts of which the other side does not know that they fire
 * @param resolved alerts of which it knows that they fire, and that are over
 * @param missed alerts that fired while nothing could be delivered, and are over
 * @param still alerts of which it knows that they fire
 * @param care who takes care of which of those
 */
record Notification(
    String groupId,
    String groupKey,
    Labels groupLabels,
    String receiver,
    Map<String, String> routeLabels,
    List<Alert> news,
    List<Alert> resolved,
    List<Alert> missed,
    List<Alert> still,
    Map<Labels, Acknowledgement> care) {
  boolean hasNews() {
    return !news.isEmpty() || !resolved.isEmpty() || !missed.isEmpty();
  }

  List<Alert> firing() {
    return Stream.concat(news.stream(), still.stream()).toList();
  }

  List<Alert> over() {
    return Stream.concat(resolved.stream(), missed.stream()).toList();
  }
}
