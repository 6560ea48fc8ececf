package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.AddressFilter;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.NotifySettings.ReceiverSettings;
import io.meshwatch.notify.NotifySettings.RouteSettings;
import io.meshwatch.notify.NotifySettings.SecondChannelSettings;
import io.meshwatch.notify.NotifySettings.TimeIntervalSettings;
import io.meshwatch.notify.NotifySettings.WebhookSettings;
import io.meshwatch.notify.mail.MailSettings;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The routing that settings describe: Watchdog to the heartbeat, the configured routes in order, {@code info} as a digest, and
 * everything else to all mailboxes.
 */
final class DefaultRouting {
  private static final String MAIL = "mail";
  private static final String NONE = "none";
  private static final String HEARTBEAT = "heartbeat";
  private static final String SECOND_CHANNEL = "second-channel";
  private static final long HEARTBEAT_LOOK_MILLIS = 60_000;

  private final Installation installation;
  private final NotifySettings settings;
  private final Map<String, Receiver> receivers = new LinkedHashMap<>();
  private final Map<String, List<TimeInterval>> times = new HashMap<>();
  private final Map<String, Integer> routeIds = new HashMap<>();

  private DefaultRouting(Installation installation, NotifySettings settings) {
    this.installation = installation;
    this.settings = settings;
  }

  static Routing of(Installation installation, NotifySettings settings) {
    return new DefaultRouting(installation, settings).routing();
  }

  private Routing routing() {
    settings.timeIntervals().forEach(t -> times.put(t.name(), List.of(interval(t))));
    add(new Receiver(NONE, List.of()));
    add(new Receiver(MAIL, mailboxes()));
    add(new Receiver(HEARTBEAT, settings.heartbeatUrl().<Destination>map(url -> new Destination.Heartbeat(HEARTBEAT, url)).stream().toList()));
    settings.receivers().forEach(r -> add(receiver(r)));
    Optional<Routing.SecondChannel> second = settings.secondChannel().flatMap(this::secondChannel);
    second.ifPresent(s -> add(new Receiver(SECOND_CHANNEL, List.of(s.destination()))));
    List<InhibitRule> inhibitRules = new ArrayList<>(settings.shippedInhibitions() ? ShippedInhibitions.RULES : List.of());
    settings.inhibitions().forEach(i -> inhibitRules.add(new InhibitRule("", matchers(i.source()), matchers(i.target()), i.equal())));
    return new Routing(root(second.isPresent()), Map.copyOf(receivers), List.copyOf(inhibitRules), Map.copyOf(times), maintenance(), second);
  }

  private void add(Receiver receiver) {
    receivers.put(receiver.name(), receiver);
  }

  private Route root(boolean secondChannel) {
    Route.Grouping usual = grouping(settings.grouping());
    List<Route> children = new ArrayList<>();
    children.add(route(List.of(Matcher.equal("alertname", "Watchdog")), HEARTBEAT,
        new Route.Grouping(false, List.of(), 0, Math.min(HEARTBEAT_LOOK_MILLIS, NotifySettings.millis(settings.heartbeatSeconds())),
            NotifySettings.millis(settings.heartbeatSeconds())), false));
    if (secondChannel) {
      children.add(route(List.of(new Matcher("alertname", Matcher.Op.MATCH, "NotificationDeliveryFailing|MailSpoolStuck")),
          SECOND_CHANNEL, usual, true));
    }
    settings.routes().forEach(r -> children.add(route(r, usual)));
    children.add(route(List.of(Matcher.equal("severity", "info")), MAIL, grouping(settings.digest()), false));
    // Without a last child that takes everything, an alert that went on from another child would miss the root's mail.
    children.add(route(List.of(), MAIL, usual, false));
    return new Route("{}", "{}", List.of(), MAIL, usual, false, List.of(), List.of(), Map.of(), List.copyOf(children));
  }

  private Route route(RouteSettings r, Route.Grouping usual) {
    Route plain = route(matchers(r.matchers()), r.receiver(), r.grouping().map(DefaultRouting::grouping).orElse(usual), r.goOn());
    return new Route(plain.id(), plain.key(), plain.matchers(), plain.receiver(), plain.grouping(), plain.goOn(), r.muteTimes(),
        r.activeTimes(), Map.of(), List.of());
  }

  private Route route(List<Matcher> matchers, String receiver, Route.Grouping grouping, boolean goOn) {
    String key = "{}/" + MatcherParser.format(matchers);
    String id = key + ">" + receiver;
    int twins = routeIds.merge(id, 1, Integer::sum);
    return new Route(twins == 1 ? id : id + "#" + twins, key, matchers, receiver, grouping, goOn, List.of(), List.of(), Map.of(), List.of());
  }

  private static Route.Grouping grouping(GroupingSettings g) {
    return new Route.Grouping(false, g.by(), NotifySettings.millis(g.groupWaitSeconds()), NotifySettings.millis(g.groupIntervalSeconds()),
        NotifySettings.millis(g.repeatIntervalSeconds()));
  }

  private List<Destination> mailboxes() {
    List<String> addresses = new ArrayList<>(installation.operatorAlertAddresses());
    addresses.addAll(installation.additionalAlertAddresses());
    return addresses.stream().distinct().<Destination>mapMulti((address, out) -> mailbox(MAIL, address).ifPresent(out)).toList();
  }

  private Optional<Destination> mailbox(String receiver, String address) {
    return installation.mail().filter(MailSettings::enabled)
        .map(relay -> new Destination.Mail(receiver + "/email/" + address, relay, address, true, filter(address), zone(address), Optional.empty()));
  }

  private List<Matcher> filter(String address) {
    List<Matcher> matchers = new ArrayList<>();
    for (AddressFilter filter : settings.addressFilters()) {
      if (filter.address().equals(address)) {
        oneOf("severity", filter.severities()).ifPresent(matchers::add);
        oneOf("component", filter.components()).ifPresent(matchers::add);
      }
    }
    return List.copyOf(matchers);
  }

  private Optional<ZoneId> zone(String address) {
    return settings.addressFilters().stream()
        .filter(filter -> filter.address().equals(address) && !filter.timeZone().isEmpty())
        .map(filter -> ZoneId.of(filter.timeZone()))
        .findFirst();
  }

  private static Optional<Matcher> oneOf(String label, List<String> values) {
    return values.isEmpty() ? Optional.empty()
        : Optional.of(new Matcher(label, Matcher.Op.MATCH, values.stream().map(Pattern::quote).collect(Collectors.joining("|"))));
  }

  private Receiver receiver(ReceiverSettings r) {
    List<Destination> destinations = new ArrayList<>();
    r.mailTo().forEach(address -> mailbox(r.name(), address).ifPresent(destinations::add));
    for (int i = 0; i < r.webhooks().size(); i++) {
      destinations.add(webhook(r.name() + "/webhook/" + i, r.webhooks().get(i)));
    }
    return new Receiver(r.name(), List.copyOf(destinations));
  }

  private static Destination webhook(String id, WebhookSettings w) {
    HttpAccess access = HttpAccess.of(w.username(), w.password(), w.bearerToken(), w.caFile(), w.oauth2(), w.proxyUrl());
    Optional<WebhookPayload> payload =
        w.payload().isEmpty() ? Optional.empty() : Optional.of(WebhookPayload.of(NotificationTemplates.base(), w.payload()));
    return new Destination.Webhook(id, w.url(), access, NotifySettings.millis(w.timeoutSeconds()),
        w.alertsMax(), w.sendResolved(), List.of(), payload);
  }

  private Optional<Routing.SecondChannel> secondChannel(SecondChannelSettings s) {
    Optional<Destination> webhook = s.webhook().map(w -> webhook(SECOND_CHANNEL, w));
    Optional<Destination> relay = s.relay().map(r -> new Destination.Mail(SECOND_CHANNEL, r, s.address(), true, List.of(), zone(s.address()), Optional.empty()));
    return webhook.or(() -> relay).map(d -> new Routing.SecondChannel(d, NotifySettings.millis(s.afterSeconds())));
  }

  private List<Routing.MaintenanceWindow> maintenance() {
    return settings.maintenance().stream()
        .map(m -> new Routing.MaintenanceWindow(m.name(), matchers(m.matchers()),
            m.timeIntervals().stream().flatMap(name -> times.getOrDefault(name, List.of()).stream()).toList()))
        .toList();
  }

  private static List<Matcher> matchers(List<String> texts) {
    return texts.stream().flatMap(t -> MatcherParser.parse(t).stream()).toList();
  }

  private TimeInterval interval(TimeIntervalSettings t) {
    return interval(t, settings.timeZone());
  }

  /** The interval that settings describe; throws {@link IllegalArgumentException} with the reason. */
  static TimeInterval interval(TimeIntervalSettings t, String usualZone) {
    return new TimeInterval(
        t.times().stream().map(DefaultRouting::minutes).toList(),
        t.weekdays().stream().map(TimeRanges::weekdays).toList(),
        t.daysOfMonth().stream().map(TimeRanges::daysOfMonth).toList(),
        t.months().stream().map(TimeRanges::months).toList(),
        t.years().stream().map(TimeRanges::years).toList(),
        ZoneId.of(t.timeZone().isEmpty() ? usualZone : t.timeZone()));
  }

  private static TimeInterval.Range minutes(String text) {
    String[] ends = text.split("-", -1);
    if (ends.length != 2) {
      throw new IllegalArgumentException("expected a time such as 09:00-17:00, got '" + text + "'");
    }
    return TimeRanges.minutesOfDay(ends[0].strip(), ends[1].strip());
  }
}
