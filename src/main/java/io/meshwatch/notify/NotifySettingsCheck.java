package io.meshwatch.notify;

import io.meshwatch.environment.HttpProxy;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.AlertmanagerSettings;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.NotifySettings.RouteSettings;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailSettings;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds mistakes in settings that types cannot tell. Confined to one thread; used once. */
final class NotifySettingsCheck {
  private final String where;
  private final Installation installation;
  private final NotifySettings settings;
  private final List<Problem> problems = new ArrayList<>();

  NotifySettingsCheck(String where, Installation installation, NotifySettings settings) {
    this.where = where;
    this.installation = installation;
    this.settings = settings;
  }

  List<Problem> problems() {
    addresses("operatorAlertAddresses", installation.operatorAlertAddresses());
    addresses("additionalAlertAddresses", installation.additionalAlertAddresses());
    zone("timeZone", settings.timeZone());
    grouping("grouping", settings.grouping());
    grouping("digest", settings.digest());
    receiversAndRoutes();
    settings.inhibitions().forEach(i -> {
      matchers("inhibitions.source", i.source());
      matchers("inhibitions.target", i.target());
    });
    timesAndMaintenance();
    settings.heartbeatUrl().filter(url -> !WebUrls.isWeb(url.reveal()))
        .ifPresent(url -> error("heartbeatUrl", "expected an address such as https://example.com/ping"));
    settings.secondChannel().ifPresent(s -> {
      s.webhook().ifPresent(w -> webhook("secondChannel.webhook", w));
      if (s.webhook().isPresent() == s.relay().isPresent()) {
        error("secondChannel", "expected exactly one of webhook and relay");
      }
      s.relay().ifPresent(relay -> addresses("secondChannel.address", List.of(s.address())));
    });
    settings.addressFilters().forEach(f -> {
      addresses("addressFilters.address", List.of(f.address()));
      if (!f.timeZone().isEmpty()) {
        zone("addressFilters.timeZone", f.timeZone());
      }
    });
    for (AlertmanagerSettings each : settings.alertmanagers()) {
      if (!WebUrls.isWeb(each.url())) {
        error("alertmanagers.url", "expected an address such as https://alertmanager.example.com, got '" + each.url() + "'");
      }
      positive("alertmanagers.timeoutSeconds", each.timeoutSeconds());
      access("alertmanagers", each.oauth2(), each.proxyUrl());
    }
    limits();
    return List.copyOf(problems);
  }

  private void access(String field, Optional<MailSettings.OAuth2> oauth2, Secret proxyUrl) {
    if (oauth2.isPresent() && !WebUrls.isWeb(oauth2.get().tokenUrl())) {
      error(field + ".oauth2.tokenUrl", "expected an address such as https://login.example.com/token");
    }
    try {
      if (!proxyUrl.isEmpty()) {
        HttpProxy.checked(proxyUrl.reveal());
      }
    } catch (IllegalArgumentException e) {
      error(field + ".proxyUrl", String.valueOf(e.getMessage()));
    }
  }

  private void webhook(String field, NotifySettings.WebhookSettings webhook) {
    access(field, webhook.oauth2(), webhook.proxyUrl());
    if (!WebUrls.isWeb(webhook.url().reveal())) {
      error(field + ".url", "expected an address such as https://example.com/hook");
    }
    try {
      NotificationTemplates.base().check(webhook.payload());
    } catch (TemplateException e) {
      error(field + ".payload", String.valueOf(e.getMessage()));
    }
  }

  private void receiversAndRoutes() {
    Set<String> names = new HashSet<>(Set.of("mail", "none", "heartbeat", "second-channel"));
    settings.receivers().forEach(r -> {
      if (r.name().isEmpty() || !names.add(r.name())) {
        error("receivers.name", "expected a name that no other receiver has, got '" + r.name() + "'");
      }
      addresses("receivers.mailTo", r.mailTo());
      r.webhooks().forEach(w -> webhook("receivers.webhooks", w));
    });
    Set<String> times = new HashSet<>();
    settings.timeIntervals().forEach(t -> times.add(t.name()));
    for (RouteSettings route : settings.routes()) {
      matchers("routes.matchers", route.matchers());
      known("routes.receiver", route.receiver(), names);
      route.muteTimes().forEach(t -> known("routes.muteTimes", t, times));
      route.activeTimes().forEach(t -> known("routes.activeTimes", t, times));
      route.grouping().ifPresent(g -> grouping("routes.grouping", g));
    }
    settings.maintenance().forEach(m -> m.timeIntervals().forEach(t -> known("maintenance.timeIntervals", t, times)));
  }

  private void timesAndMaintenance() {
    settings.timeIntervals().forEach(t -> {
      try {
        DefaultRouting.interval(t, settings.timeZone());
      } catch (IllegalArgumentException | DateTimeException e) {
        error("timeIntervals '" + t.name() + "'", String.valueOf(e.getMessage()));
      }
    });
    settings.maintenance().forEach(m -> {
      matchers("maintenance.matchers", m.matchers());
      if (m.matchers().isEmpty()) {
        error("maintenance.matchers", "expected at least one matcher, got none: '" + m.name() + "' would keep every alert back");
      }
    });
  }

  private void limits() {
    positive("alertsMax", settings.alertsMax());
    positive("silencesMax", settings.silencesMax());
    positive("historyMax", settings.historyMax());
    positive("mailAlertsMax", settings.mailAlertsMax());
    positive("digestAbove", settings.digestAbove());
    positive("mailBurst", settings.mailBurst());
    positive("mailPauseSeconds", settings.mailPauseSeconds());
    positive("retryFirstSeconds", settings.retryFirstSeconds());
    positive("retryMaxSeconds", settings.retryMaxSeconds());
    positive("resolveTimeoutSeconds", settings.resolveTimeoutSeconds());
    positive("heartbeatSeconds", settings.heartbeatSeconds());
  }

  private void grouping(String field, GroupingSettings g) {
    if (g.groupWaitSeconds() < 0) {
      error(field + ".groupWaitSeconds", "expected 0 or more, got " + g.groupWaitSeconds());
    }
    positive(field + ".groupIntervalSeconds", g.groupIntervalSeconds());
    positive(field + ".repeatIntervalSeconds", g.repeatIntervalSeconds());
    if (g.repeatIntervalSeconds() < g.groupIntervalSeconds()) {
      problems.add(Problem.warning(where, 0, 0, field + ".repeatIntervalSeconds: " + g.repeatIntervalSeconds()
          + " is less than groupIntervalSeconds; groups are looked at only every " + g.groupIntervalSeconds() + " s"));
    }
  }

  private void addresses(String field, List<String> addresses) {
    addresses.stream().filter(a -> !MailAddress.isValid(a))
        .forEach(a -> error(field, "expected an address such as alerts@example.com, got '" + a + "'"));
  }

  private void matchers(String field, List<String> texts) {
    for (String text : texts) {
      try {
        MatcherParser.parse(text);
      } catch (IllegalArgumentException e) {
        error(field, "expected a matcher such as severity=\"critical\", got '" + text + "': " + e.getMessage());
      }
    }
  }

  private void zone(String field, String name) {
    try {
      ZoneId.of(name);
    } catch (DateTimeException e) {
      error(field, "expected a time zone such as Europe/Berlin, got '" + name + "'");
    }
  }

  private void known(String field, String name, Set<String> names) {
    if (!names.contains(name)) {
      error(field, "expected one of " + String.join(", ", names.stream().sorted().toList()) + ", got '" + name + "'");
    }
  }

  private void positive(String field, double value) {
    if (!(value > 0)) {
      error(field, "expected more than 0, got " + value);
    }
  }

  private void error(String field, String message) {
    problems.add(Problem.error(where, 0, 0, field + ": " + message));
  }
}
