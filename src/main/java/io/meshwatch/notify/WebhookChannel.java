package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.notify.mail.Delivery;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Notifications as Alertmanager's JSON over HTTP, and plain calls of a heartbeat. Confined to one thread at a time.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">webhook_config</a>
 */
final class WebhookChannel implements Channel {
  private static final long HEARTBEAT_TIMEOUT_MILLIS = 10_000;
  private static final long ANSWER_BYTES_MAX = 64 * 1024;

  private final Network network;
  private final String externalUrl;

  WebhookChannel(Network network, String externalUrl) {
    this.network = network;
    this.externalUrl = externalUrl;
  }

  @Override
  public Sent send(Parcel parcel) throws InterruptedException {
    Notification notification = parcel.notifications().getFirst();
    HttpCall call = switch (parcel.destination()) {
      case Destination.Webhook webhook -> call(webhook, notification, parcel.madeAtMillis());
      case Destination.Heartbeat heartbeat ->
          HttpCall.get(URI.create(heartbeat.url().reveal()), TlsTrust.PUBLIC).withLimits(HEARTBEAT_TIMEOUT_MILLIS, ANSWER_BYTES_MAX);
      case Destination.Mail mail -> throw new IllegalStateException("mail does not go by HTTP");
    };
    return new Sent(notification.groupKey(), delivery(network.exchange(call)));
  }

  private HttpCall call(Destination.Webhook webhook, Notification notification, long nowMillis) {
    byte[] body = WebhookMessage.write(notification, webhook.alertsMax(), externalUrl, nowMillis).getBytes(StandardCharsets.UTF_8);
    HttpCall call = HttpCall.post(URI.create(webhook.url().reveal()), "application/json", body, TlsTrust.PUBLIC)
        .withLimits(webhook.timeoutMillis(), ANSWER_BYTES_MAX)
        .header("User-Agent", "meshwatch");
    if (webhook.basicAuth().isPresent()) {
      call = call.withBasicAuth(webhook.basicAuth().get().username(), webhook.basicAuth().get().password());
    }
    return webhook.authorization().isPresent() ? call.header("Authorization", webhook.authorization().get().reveal()) : call;
  }

  private static Delivery delivery(HttpResult result) {
    return switch (result) {
      case HttpResult.Failure failure -> new Delivery.Delayed(0, failure.message(), true);
      case HttpResult.Answer answer -> {
        int status = answer.status();
        if (status / 100 == 2) {
          yield new Delivery.Accepted(status, "");
        }
        boolean later = status >= 500 || status == 429 || status == 408;
        yield later ? new Delivery.Delayed(status, answer.text(), true) : new Delivery.Refused(status, answer.text());
      }
    };
  }

  @Override
  public void rest() {
    // The network keeps and drops its connections itself.
  }
}
