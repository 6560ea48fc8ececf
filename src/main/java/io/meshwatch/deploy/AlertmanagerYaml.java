package io.meshwatch.deploy;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.PromDuration;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.Destination;
import io.meshwatch.notify.InhibitRule;
import io.meshwatch.notify.MatcherParser;
import io.meshwatch.notify.Receiver;
import io.meshwatch.notify.Route;
import io.meshwatch.notify.Routing;
import io.meshwatch.notify.TimeInterval;
import io.meshwatch.notify.mail.MailSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Writes the routing as an {@code alertmanager.yml}. Alertmanager has no filters at its receivers: a mailbox that gets only some alerts
 * becomes a receiver and a route of its own. Maintenance windows have no counterpart there and are left out.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/">Alertmanager's configuration</a>
 */
final class AlertmanagerYaml {
  private static final int DAYS_OF_WEEK = 7;

  private final Routing routing;
  private final SecretFiles secrets;
  private final Map<String, Map<String, Object>> receivers = new LinkedHashMap<>();

  AlertmanagerYaml(Routing routing, SecretFiles secrets) {
    this.routing = routing;
    this.secrets = secrets;
  }

  String document() throws IOException {
    Map<String, Object> root = route(routing.root());
    return new YamlText()
        .set("route", root)
        .set("receivers", List.copyOf(receivers.values()))
        .setUnlessEmpty("inhibit_rules", routing.inhibitRules().stream().map(AlertmanagerYaml::inhibition).toList())
        .setUnlessEmpty("time_intervals", new TreeMap<>(routing.timeIntervals()).entrySet().stream().map(AlertmanagerYaml::times).toList())
        .document("Routing, receivers and inhibitions of this deployment.");
  }

  private Map<String, Object> route(Route route) throws IOException {
    Receiver receiver = Objects.requireNonNull(routing.receivers().get(route.receiver()), "routes name receivers that exist");
    List<Destination> everything = receiver.destinations().stream().filter(d -> d.filter().isEmpty()).toList();
    addReceiver(receiver.name(), everything);
    List<Map<String, Object>> children = new ArrayList<>();
    for (Route child : route.routes()) {
      children.add(route(child));
    }
    boolean filtered = everything.size() < receiver.destinations().size();
    if (filtered && children.isEmpty()) {
      for (Destination destination : receiver.destinations()) {
        if (!destination.filter().isEmpty()) {
          addReceiver(destination.id(), List.of(destination));
          children.add(new YamlText().set("receiver", destination.id()).set("matchers", matchers(destination.filter())).set("continue", true).fields());
        }
      }
      children.add(new YamlText().set("receiver", receiver.name()).fields());
    }
    Route.Grouping grouping = route.grouping();
    return new YamlText()
        .set("receiver", receiver.name())
        .setUnlessEmpty("matchers", matchers(route.matchers()))
        .set("group_by", grouping.byAll() ? List.of("...") : grouping.by())
        .set("group_wait", PromDuration.format(grouping.groupWaitMillis()))
        .set("group_interval", PromDuration.format(grouping.groupIntervalMillis()))
        .set("repeat_interval", PromDuration.format(grouping.repeatIntervalMillis()))
        .setUnlessEmpty("continue", route.goOn())
        .setUnlessEmpty("mute_time_intervals", route.muteTimeIntervals())
        .setUnlessEmpty("active_time_intervals", route.activeTimeIntervals())
        .setUnlessEmpty("routes", children)
        .fields();
  }

  private static List<String> matchers(List<Matcher> matchers) {
    return matchers.stream().map(MatcherParser::format).toList();
  }

  private void addReceiver(String name, List<Destination> destinations) throws IOException {
    if (receivers.containsKey(name)) {
      return;
    }
    List<Map<String, Object>> mails = new ArrayList<>();
    List<Map<String, Object>> webhooks = new ArrayList<>();
    for (Destination destination : destinations) {
      switch (destination) {
        case Destination.Mail mail -> mails.add(mail(mail));
        case Destination.Webhook webhook -> webhooks.add(webhook(name, webhook));
        case Destination.Chat chat -> throw new IllegalStateException("only an alertmanager.yml has receivers such as " + chat.integration());
        case Destination.Heartbeat heartbeat ->
            webhooks.add(new YamlText().set("url", heartbeat.url().reveal()).set("send_resolved", false).fields());
      }
    }
    receivers.put(name, new YamlText().set("name", name).setUnlessEmpty("email_configs", mails).setUnlessEmpty("webhook_configs", webhooks).fields());
  }

  private Map<String, Object> mail(Destination.Mail mail) throws IOException {
    MailSettings relay = mail.relay();
    MailSettings.Security security = relay.effectiveSecurity();
    YamlText yaml = new YamlText()
        .set("to", mail.address())
        .set("from", relay.sender().address())
        .set("smarthost", relay.host() + ":" + relay.effectivePort())
        .setUnlessEmpty("hello", relay.helloName())
        .set("require_tls", security == MailSettings.Security.REQUIRED || security == MailSettings.Security.IMPLICIT)
        .set("send_resolved", mail.sendResolved());
    if (relay.logsIn()) {
      yaml.set("auth_username", relay.username()).set("auth_password_file", secrets.add("mail.password", relay.password()));
    }
    YamlText tls = new YamlText();
    if (relay.caFile().isPresent()) {
      tls.set("ca_file", secrets.copy("mail-ca.crt", Path.of(relay.caFile().get())));
    }
    tls.setUnlessEmpty("insecure_skip_verify", relay.insecureSkipVerify());
    yaml.setUnlessEmpty("tls_config", tls.fields());
    relay.sender().replyTo().ifPresent(address -> yaml.set("headers", Map.of("Reply-To", address)));
    return yaml.fields();
  }

  private Map<String, Object> webhook(String receiver, Destination.Webhook webhook) throws IOException {
    YamlText http = new YamlText();
    webhook.access().basicAuth().ifPresent(login -> http.set("basic_auth", new YamlText()
        .set("username", login.username())
        .set("password_file", secrets.add("webhook-" + receiver + ".password", login.password()))
        .fields()));
    webhook.access().authorization().ifPresent(header -> {
      String[] words = header.reveal().split(" ", 2);
      http.set("authorization", new YamlText()
          .set("type", words[0])
          .set("credentials_file", secrets.add("webhook-" + receiver + ".credentials", Secret.of(words[words.length - 1])))
          .fields());
    });
    Optional<Path> authority = webhook.access().trust().caFile();
    if (authority.isPresent()) {
      http.set("tls_config", Map.of("ca_file", secrets.copy("webhook-" + receiver + "-ca.crt", authority.get())));
    }
    http.setUnlessEmpty("proxy_url", webhook.access().proxy().url().reveal());
    webhook.access().oauth2().ifPresent(source -> http.set("oauth2", new YamlText()
        .set("client_id", source.clientId())
        .set("client_secret_file", secrets.add("webhook-" + receiver + ".client-secret", source.clientSecret()))
        .set("token_url", source.tokenUrl())
        .setUnlessEmpty("scopes", source.scope().isEmpty() ? List.of() : List.of(source.scope().split(" ")))
        .fields()));
    YamlText yaml = new YamlText();
    webhook.payload().ifPresent(payload -> yaml.set("payload", payload.plain()));
    return yaml
        .set("url", webhook.url().reveal())
        .set("send_resolved", webhook.sendResolved())
        .setUnlessEmpty("max_alerts", webhook.alertsMax())
        .setUnlessEmpty("http_config", http.fields())
        .fields();
  }

  private static Map<String, Object> inhibition(InhibitRule rule) {
    return new YamlText()
        .set("source_matchers", matchers(rule.source()))
        .set("target_matchers", matchers(rule.target()))
        .setUnlessEmpty("equal", rule.equal())
        .fields();
  }

  private static Map<String, Object> times(Map.Entry<String, List<TimeInterval>> named) {
    return new YamlText()
        .set("name", named.getKey())
        .set("time_intervals", named.getValue().stream().map(AlertmanagerYaml::interval).toList())
        .fields();
  }

  private static Map<String, Object> interval(TimeInterval interval) {
    return new YamlText()
        .setUnlessEmpty("times", interval.minutesOfDay().stream()
            .map(range -> new YamlText().set("start_time", clock(range.begin())).set("end_time", clock(range.end())).fields())
            .toList())
        .setUnlessEmpty("weekdays", ranges(interval.weekdays(), AlertmanagerYaml::weekday))
        .setUnlessEmpty("days_of_month", ranges(interval.daysOfMonth(), Integer::toString))
        .setUnlessEmpty("months", ranges(interval.months(), Integer::toString))
        .setUnlessEmpty("years", ranges(interval.years(), Integer::toString))
        .set("location", interval.zone().getId().equals("Z") ? "UTC" : interval.zone().getId())
        .fields();
  }

  private static List<String> ranges(List<TimeInterval.Range> ranges, IntFunction<String> text) {
    return ranges.stream().map(range -> text.apply(range.begin()) + ":" + text.apply(range.end())).toList();
  }

  private static String clock(int minuteOfDay) {
    return String.format(Locale.ROOT, "%02d:%02d", minuteOfDay / 60, minuteOfDay % 60);
  }

  /** Sunday is 0. */
  private static String weekday(int day) {
    return DayOfWeek.of(day == 0 ? DAYS_OF_WEEK : day).name().toLowerCase(Locale.ROOT);
  }
}
