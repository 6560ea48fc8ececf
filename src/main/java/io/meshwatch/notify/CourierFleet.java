package io.meshwatch.notify;

import io.meshwatch.environment.Environment;
import io.meshwatch.notify.mail.CurveSource;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes the couriers that a routing needs: one for each relay and one for each other destination, so that none waits for another.
 *
 * @param transports makes the way to a relay
 * @param curves what charts in mails show
 */
record CourierFleet(Environment environment, Function<MailSettings, MailTransport> transports, MailComposer composer, CurveSource curves) {
  /** New couriers that take what lies on the desk; they begin when they are woken. */
  List<Courier> couriers(Routing routing, NotifySettings settings, Installation installation, Courier.Desk desk) {
    Map<Object, Destination> lanes = new LinkedHashMap<>();
    routing.receivers().values().forEach(r -> r.destinations().forEach(d -> lanes.putIfAbsent(lane(d), d)));
    return lanes.entrySet().stream().map(lane -> {
      Destination destination = lane.getValue();
      Predicate<Destination> served = d -> lane(d).equals(lane.getKey());
      // So that what waits for a way out leaves within one group interval after it works again.
      OutboxLimits limits = settings.outboxLimits().retryingWithin(routing.shortestGroupIntervalMillis(served));
      String name = destination instanceof Destination.Mail mail ? "the relay " + mail.relay().host() : destination.address();
      return new Courier(name, channel(destination, settings, installation), served, desk, environment.clock(), environment.timers(), limits);
    }).toList();
  }

  /** Destinations with equal lanes share a way out. */
  private static Object lane(Destination destination) {
    return destination instanceof Destination.Mail mail ? mail.relay() : destination.id();
  }

  private Channel webhook(HttpAccess access, Installation installation) {
    return new WebhookChannel(environment.network(), new HttpSender(environment.network(), environment.clock(), access), installation.pageUrl());
  }

  private Channel channel(Destination destination, NotifySettings settings, Installation installation) {
    return switch (destination) {
      case Destination.Mail mail -> new MailChannel(transports.apply(mail.relay()), composer, curves,
          new MailChannel.Style(installation.name(), installation.pageUrl(), ZoneId.of(settings.timeZone()), settings.mailAlertsMax(),
              MailChannel.Style.idDomain(mail.relay().sender().address())));
      case Destination.Webhook webhook -> webhook(webhook.access(), installation);
      case Destination.Chat chat -> new ChatChannel(chat, new HttpSender(environment.network(), environment.clock(), chat.access()), installation.pageUrl());
      case Destination.Heartbeat heartbeat -> webhook(HttpAccess.PLAIN, installation);
    };
  }
}
