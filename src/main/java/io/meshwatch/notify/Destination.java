package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** One place to which a receiver's notifications go; each is told and retried on its own. */
public sealed interface Destination {
  /** Tells it from every other destination of all receivers, also after a restart. */
  String id();

  /** What kind it is, in Alertmanager's words: {@code email}, {@code webhook}. */
  String integration();

  /** Where it leads, for people; never a secret. */
  String address();

  /** Whether it is told that alerts are over. */
  boolean sendResolved();

  /** Only alerts that match all of these are told here. */
  List<Matcher> filter();

  /** Whether an alert is told here. */
  default boolean takes(Labels alert) {
    return filter().stream().allMatch(m -> m.matches(alert));
  }

  /**
   * A mailbox.
   *
   * @param relay the way there
   * @param zone where its reader's clock is; empty = as usual
   * @param templates texts of an {@code alertmanager.yml}; empty = ours
   */
  record Mail(
      String id,
      MailSettings relay,
      String address,
      boolean sendResolved,
      List<Matcher> filter,
      Optional<ZoneId> zone,
      Optional<MailTemplates> templates)
      implements Destination {
    @Override
    public String integration() {
      return "email";
    }
  }

  /**
   * A program that takes Alertmanager's JSON.
   *
   * @param url may hold a secret, and be a template
   * @param access login, headers and certificates
   * @param timeoutMillis for the whole exchange
   * @param alertsMax how many alerts are written out; 0 = all
   * @param payload what it takes instead of Alertmanager's JSON
   */
  record Webhook(
      String id,
      Secret url,
      HttpAccess access,
      long timeoutMillis,
      int alertsMax,
      boolean sendResolved,
      List<Matcher> filter,
      Optional<WebhookPayload> payload)
      implements Destination {
    @Override
    public String integration() {
      return "webhook";
    }

    @Override
    public String address() {
      return WebUrls.withoutSecrets(url.reveal());
    }
  }

  /**
   * A service that takes JSON of its own.
   *
   * @param integration in Alertmanager's words, such as {@code slack}
   * @param url may hold a secret
   * @param access login, headers and certificates
   * @param timeoutMillis for the whole exchange
   * @param message what it is told
   */
  record Chat(String id, String integration, Secret url, HttpAccess access, long timeoutMillis, boolean sendResolved, ChatMessage message)
      implements Destination {
    @Override
    public String address() {
      return WebUrls.withoutSecrets(url.reveal());
    }

    @Override
    public List<Matcher> filter() {
      return List.of();
    }
  }

  /**
   * An address outside that raises its own alarm when it is no longer called.
   *
   * @param url may hold a secret
   */
  record Heartbeat(String id, Secret url) implements Destination {
    @Override
    public String integration() {
      return "heartbeat";
    }

    @Override
    public String address() {
      return WebUrls.withoutSecrets(url.reveal());
    }

    @Override
    public boolean sendResolved() {
      return false;
    }

    @Override
    public List<Matcher> filter() {
      return List.of();
    }
  }
}
