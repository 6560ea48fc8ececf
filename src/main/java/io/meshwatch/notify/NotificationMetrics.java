package io.meshwatch.notify;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.notify.mail.Delivery;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Own metrics of notification, under Alertmanager's names where they mean the same. Safe for all threads. */
final class NotificationMetrics {
  private static final double[] LATENCY_SECONDS = {0.05, 0.1, 0.25, 0.5, 1, 5, 10, 15, 20, 60, 300, 900};

  private final Counter notifications;
  private final Counter failed;
  private final Histogram latency;
  private final Counter received;
  private final Counter rejected;
  private final Gauge alerts;
  private final Gauge silences;
  private final Gauge groups;
  private final Counter replies;

  NotificationMetrics(Telemetry telemetry) {
    notifications = telemetry.counter("alertmanager_notifications", "Attempts to send a notification.", "integration", "receiver_name");
    failed = telemetry.counter("alertmanager_notifications_failed", "Attempts that were not accepted.", "integration", "receiver_name", "reason");
    latency = telemetry.histogram("alertmanager_notification_latency_seconds", "Time from news in a group to their acceptance by the other side.",
        LATENCY_SECONDS, "integration", "receiver_name");
    received = telemetry.counter("alertmanager_alerts_received", "Alerts taken from rules and from outside.", "status");
    rejected = telemetry.counter("meshwatch_alerts_rejected", "Alerts that were not kept because there were too many.", "reason");
    alerts = telemetry.gauge("alertmanager_alerts", "Alerts that fire.", "state");
    silences = telemetry.gauge("alertmanager_silences", "Silences.", "state");
    groups = telemetry.gauge("alertmanager_dispatcher_aggregation_groups", "Groups of alerts.");
    replies = telemetry.counter("meshwatch_mail_smtp_replies", "Replies of mail relays to whole mails; code 0 = no reply.", "code");
  }

  /** Makes every series that rules may ask for exist. */
  void announce(Iterable<Receiver> receivers) {
    for (Receiver receiver : receivers) {
      receiver.destinations().forEach(d -> announce(d, receiver.name()));
    }
    List.of("firing", "resolved").forEach(received::labelValues);
    List.of("limit", "evicted").forEach(rejected::labelValues);
    List.of("active", "suppressed", "unprocessed").forEach(alerts::labelValues);
    List.of("active", "pending", "expired").forEach(silences::labelValues);
    List.of("0", "250", "421", "450", "451", "550", "554").forEach(replies::labelValues);
  }

  private void announce(Destination destination, String receiver) {
    notifications.labelValues(destination.integration(), receiver);
    latency.labelValues(destination.integration(), receiver);
    for (Reason reason : Reason.values()) {
      failed.labelValues(destination.integration(), receiver, reason.label());
    }
  }

  /** Why an attempt was not accepted. */
  private enum Reason {
    REFUSED,
    DELAYED,
    UNREACHABLE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void attempted(Parcel parcel, Delivery delivery, long nowMillis) {
    String integration = parcel.destination().integration();
    String receiver = parcel.receiver();
    notifications.labelValues(integration, receiver).inc();
    if (parcel.destination() instanceof Destination.Mail) {
      replies.labelValues(Integer.toString(delivery.code())).inc();
    }
    switch (delivery) {
      case Delivery.Accepted a ->
          latency.labelValues(integration, receiver).observe(Math.max(0, nowMillis - parcel.waitingSinceMillis()) / 1000.0);
      case Delivery.Refused r -> failed.labelValues(integration, receiver, Reason.REFUSED.label()).inc();
      case Delivery.Delayed d ->
          failed.labelValues(integration, receiver, (d.code() == 0 ? Reason.UNREACHABLE : Reason.DELAYED).label()).inc();
    }
  }

  void received(boolean resolved) {
    received.labelValues(resolved ? "resolved" : "firing").inc();
  }

  void rejected() {
    rejected.labelValues("limit").inc();
  }

  void evicted() {
    rejected.labelValues("evicted").inc();
  }

  void alerts(int active, int suppressed, int groupCount) {
    alerts.labelValues("active").set(active);
    alerts.labelValues("suppressed").set(suppressed);
    groups.set(groupCount);
  }

  void silences(int active, int pending, int expired) {
    silences.labelValues("active").set(active);
    silences.labelValues("pending").set(pending);
    silences.labelValues("expired").set(expired);
  }

  /** From now on asks for what waits when metrics are read. */
  static void spool(Telemetry telemetry, Clock clock, Supplier<SpoolStatus> status) {
    telemetry.gauge("meshwatch_mail_spool_messages", "Mails that wait to be delivered.", () -> status.get().messages());
    telemetry.gauge("meshwatch_mail_spool_oldest_message_age_seconds", "How long the oldest mail waits to be delivered.", () -> {
      long since = status.get().oldestSinceMillis();
      return since == 0 ? 0 : Math.max(0, clock.wallMillis() - since) / 1000.0;
    });
  }
}
