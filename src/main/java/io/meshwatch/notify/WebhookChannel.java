package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.notify.mail.Delivery;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifications as Alertmanager's JSON, or the receiver's own, over HTTP, and plain calls of a heartbeat. Confined to one thread at a time.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">webhook_config</a>
 */
final class WebhookChannel implements Channel {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookChannel.class);
  private static final long HEARTBEAT_TIMEOUT_MILLIS = 10_000;
  private static final long ANSWER_BYTES_MAX = 64 * 1024;

  private final Network network;
  private final HttpSender sender;
  private final String externalUrl;

  /** A way to one program, which is spoken to in this way. */
  WebhookChannel(Network network, HttpSender sender, String externalUrl) {
    this.network = network;
    this.sender = sender;
    this.externalUrl = externalUrl;
  }

  @Override
  public Sent send(Parcel parcel) throws InterruptedException {
    Notification notification = parcel.notifications().getFirst();
    try {
      HttpResult result = switch (parcel.destination()) {
        case Destination.Webhook webhook -> post(webhook, notification, parcel.madeAtMillis());
        case Destination.Heartbeat heartbeat -> network.exchange(
            HttpCall.get(URI.create(heartbeat.url().reveal()), TlsTrust.PUBLIC).withLimits(HEARTBEAT_TIMEOUT_MILLIS, ANSWER_BYTES_MAX));
        case Destination.Mail mail -> throw new IllegalStateException("mail does not go by HTTP");
        case Destination.Chat chat -> throw new IllegalStateException("a chat has a channel of its own");
      };
      return new Sent(notification.groupKey(), HttpDelivery.of(result));
    } catch (TemplateException | IllegalArgumentException e) {
      return new Sent(notification.groupKey(), new Delivery.Refused(0, "the address is none: " + e.getMessage()));
    }
  }

  private HttpResult post(Destination.Webhook webhook, Notification notification, long nowMillis) throws InterruptedException {
    Map<String, @Nullable Object> data = TemplateData.of(notification, webhook.alertsMax(), externalUrl, nowMillis);
    return sender.post(uri(webhook, data, nowMillis), body(webhook, notification, data, nowMillis), webhook.timeoutMillis());
  }

  private static URI uri(Destination.Webhook webhook, Map<String, @Nullable Object> data, long nowMillis) {
    String url = webhook.url().reveal();
    return URI.create(url.contains("{{") ? NotificationTemplates.base().text(url, data, nowMillis) : url);
  }

  /** The receiver's own body; if that fails, Alertmanager's JSON, as a word is better than none. */
  private String body(Destination.Webhook webhook, Notification notification, Map<String, @Nullable Object> data, long nowMillis) {
    if (webhook.payload().isPresent()) {
      try {
        return webhook.payload().get().write(data, nowMillis);
      } catch (TemplateException e) {
        LOG.warn("the payload for {} fails, Alertmanager's JSON is sent: {}", webhook.address(), e.getMessage());
      }
    }
    return WebhookMessage.write(notification, webhook.alertsMax(), externalUrl, nowMillis);
  }

  @Override
  public void rest() {
    // The network keeps and drops its connections itself.
  }
}
