package io.meshwatch.notify;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.notify.mail.Delivery;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications to one service in its own JSON. Confined to one thread at a time. */
final class ChatChannel implements Channel {
  private static final Logger LOG = LoggerFactory.getLogger(ChatChannel.class);

  private final Destination.Chat chat;
  private final HttpSender sender;
  private final String externalUrl;

  ChatChannel(Destination.Chat chat, HttpSender sender, String externalUrl) {
    this.chat = chat;
    this.sender = sender;
    this.externalUrl = externalUrl;
  }

  @Override
  public Sent send(Parcel parcel) throws InterruptedException {
    Notification notification = parcel.notifications().getFirst();
    Map<String, @Nullable Object> data = TemplateData.of(notification, externalUrl, parcel.madeAtMillis());
    HttpResult result = sender.post(URI.create(chat.url().reveal()), body(data, parcel.madeAtMillis()), chat.timeoutMillis());
    return new Sent(notification.groupKey(), delivery(result));
  }

  /** With the built-in texts if the receiver's own fail, as a word is better than none. */
  private String body(Map<String, @Nullable Object> data, long nowMillis) {
    try {
      return chat.message().write(data, nowMillis);
    } catch (TemplateException e) {
      LOG.warn("a template for {} fails, the built-in text is sent: {}", chat.address(), e.getMessage());
      return chat.message().usual().write(data, nowMillis);
    }
  }

  private Delivery delivery(HttpResult result) {
    Delivery delivery = HttpDelivery.of(result);
    return delivery instanceof Delivery.Accepted && result instanceof HttpResult.Answer answer
        ? chat.message().service().judge(answer.status(), answer.text()) : delivery;
  }

  @Override
  public void rest() {
    // The network keeps and drops its connections itself.
  }
}
