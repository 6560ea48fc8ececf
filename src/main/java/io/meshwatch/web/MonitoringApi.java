package io.meshwatch.web;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.rules.ActiveAlert;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.GroupStatus;
import io.meshwatch.rules.RecordingRule;
import io.meshwatch.rules.RuleStatus;
import io.meshwatch.rules.Rules;
import io.meshwatch.scrape.DroppedTarget;
import io.meshwatch.scrape.Scraper;
import io.meshwatch.scrape.TargetStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** What Prometheus' API says about targets, rules and alerts. */
final class MonitoringApi {
  private static final String DROPPED = "dropped";
  private static final String ACTIVE = "active";

  private final Scraper scraper;
  private final Rules rules;
  private final String externalUrl;
  private final Supplier<Map<String, List<MetricMetadata>>> remembered;

  /** With what is scraped, what is evaluated, and what the store remembers of metric families. */
  MonitoringApi(Scraper scraper, Rules rules, String externalUrl, Supplier<Map<String, List<MetricMetadata>>> remembered) {
    this.scraper = scraper;
    this.rules = rules;
    this.externalUrl = externalUrl;
    this.remembered = remembered;
  }

  void addTo(Routes routes) {
    routes.get("/api/v1/targets", ApiErrors.guarded(this::targets));
    routes.get("/api/v1/targets/metadata", ApiErrors.guarded(this::targetMetadata));
    routes.get("/api/v1/scrape_pools", ApiErrors.guarded(this::pools));
    routes.get("/api/v1/metadata", ApiErrors.guarded(this::metadata));
    routes.get("/api/v1/rules", ApiErrors.guarded(this::ruleGroups));
    routes.get("/api/v1/alerts", ApiErrors.guarded(this::alerts));
    routes.get("/api/v1/alertmanagers", ApiErrors.guarded(this::alertmanagers));
  }

  private void targets(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    String state = parameters.text("state").orElse("any");
    String pool = parameters.text("scrapePool").orElse("");
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("activeTargets");
      if (!state.equals(DROPPED)) {
        scraper.targets().stream().filter(t -> pool.isEmpty() || t.job().equals(pool)).forEach(t -> target(json, t));
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("droppedTargets");
      if (!state.equals(ACTIVE)) {
        scraper.droppedTargets().stream().filter(t -> pool.isEmpty() || t.job().equals(pool)).forEach(t -> dropped(json, t));
      }
      json.writeEndArray();
      json.writeObjectPropertyStart("droppedTargetCounts");
      Map<String, Integer> counts = new LinkedHashMap<>();
      scraper.jobNames().forEach(job -> counts.put(job, 0));
      scraper.droppedTargets().forEach(t -> counts.merge(t.job(), 1, Integer::sum));
      counts.forEach(json::writeNumberProperty);
      json.writeEndObject();
      json.writeEndObject();
    });
  }

  private static void target(JsonGenerator json, TargetStatus target) {
    json.writeStartObject();
    json.writeName("discoveredLabels");
    PrometheusJson.labels(json, target.discoveredLabels());
    json.writeName("labels");
    PrometheusJson.labels(json, target.labels());
    json.writeStringProperty("scrapePool", target.job());
    json.writeStringProperty("scrapeUrl", target.url());
    json.writeStringProperty("globalUrl", target.url());
    json.writeStringProperty("lastError", target.lastError());
    if (!target.lastWarning().isEmpty()) {
      json.writeStringProperty("lastWarning", target.lastWarning());
    }
    json.writeStringProperty("lastScrape", Times.rfc3339(target.lastScrapeMillis()));
    json.writeNumberProperty("lastScrapeDuration", target.lastDurationSeconds());
    json.writeStringProperty("health", target.health().text());
    json.writeStringProperty("scrapeInterval", PromDuration.format(target.intervalMillis()));
    json.writeStringProperty("scrapeTimeout", PromDuration.format(target.timeoutMillis()));
    json.writeEndObject();
  }

  private static void dropped(JsonGenerator json, DroppedTarget target) {
    json.writeStartObject();
    json.writeName("discoveredLabels");
    PrometheusJson.labels(json, target.discoveredLabels());
    json.writeStringProperty("scrapePool", target.job());
    json.writeEndObject();
  }

  private void pools(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("scrapePools");
      scraper.jobNames().stream().sorted().forEach(json::writeString);
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private void targetMetadata(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    List<Matcher> matchers = parameters.text("match_target").map(MonitoringApi::selector).orElse(List.of());
    String metric = parameters.text("metric").orElse("");
    long limit = parameters.metadataLimit("limit");
    ApiErrors.success(call.reply(), json -> {
      json.writeStartArray();
      scraper.metadata().stream()
          .filter(each -> matchers.stream().allMatch(m -> m.matches(each.target())))
          .filter(each -> metric.isEmpty() || each.family().equals(metric))
          .limit(limit)
          .forEach(each -> {
            json.writeStartObject();
            json.writeName("target");
            PrometheusJson.labels(json, each.target());
            if (metric.isEmpty()) {
              json.writeStringProperty("metric", each.family());
            }
            family(json, each.metadata());
            json.writeEndObject();
          });
      json.writeEndArray();
    });
  }

  private static List<Matcher> selector(String text) {
    try {
      return Parser.parseSelector(text);
    } catch (ParseException e) {
      throw Parameters.invalid("match_target", String.valueOf(e.getMessage()));
    }
  }

  private static void family(JsonGenerator json, MetricMetadata metadata) {
    json.writeStringProperty("type", metadata.type().text());
    json.writeStringProperty("help", metadata.help());
    json.writeStringProperty("unit", metadata.unit());
  }

  private void metadata(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    String metric = parameters.text("metric").orElse("");
    long limit = parameters.metadataLimit("limit");
    long perMetric = parameters.metadataLimit("limit_per_metric");
    // Targets that say the same are one entry.
    Map<String, Set<MetricMetadata>> families = new TreeMap<>();
    scraper.metadata().forEach(each -> families.computeIfAbsent(each.family(), f -> new LinkedHashSet<>()).add(each.metadata()));
    remembered.get().forEach((family, all) -> families.computeIfAbsent(family, f -> new LinkedHashSet<>()).addAll(all));
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      families.entrySet().stream().filter(entry -> metric.isEmpty() || entry.getKey().equals(metric)).limit(limit).forEach(entry -> {
        json.writeArrayPropertyStart(entry.getKey());
        // A limit of 0 for each metric means none, other than the limit on the metrics.
        entry.getValue().stream().limit(perMetric == 0 ? Long.MAX_VALUE : perMetric).forEach(each -> {
          json.writeStartObject();
          family(json, each);
          json.writeEndObject();
        });
        json.writeEndArray();
      });
      json.writeEndObject();
    });
  }

  private void ruleGroups(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    String type = parameters.text("type").orElse("");
    if (!Set.of("", "alert", "record").contains(type)) {
      throw Parameters.invalid("type", "not supported value " + io.meshwatch.model.Names.quote(type));
    }
    List<String> names = parameters.all("rule_name[]");
    List<String> groups = parameters.all("rule_group[]");
    List<String> files = parameters.all("file[]");
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("groups");
      for (GroupStatus group : rules.groups()) {
        List<RuleStatus> wanted = group.rules().stream()
            .filter(rule -> type.isEmpty() || type.equals("alert") == rule.rule() instanceof AlertingRule)
            .filter(rule -> names.isEmpty() || names.contains(rule.rule().name()))
            .toList();
        boolean selected = (groups.isEmpty() || groups.contains(group.spec().name())) && (files.isEmpty() || files.contains(group.spec().file()));
        if (selected && !wanted.isEmpty()) {
          group(json, group, wanted);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private void group(JsonGenerator json, GroupStatus group, List<RuleStatus> wanted) {
    json.writeStartObject();
    json.writeStringProperty("name", group.spec().name());
    json.writeStringProperty("file", group.spec().file());
    json.writeArrayPropertyStart("rules");
    wanted.forEach(rule -> rule(json, rule));
    json.writeEndArray();
    json.writeNumberProperty("interval", group.intervalMillis() / 1000.0);
    json.writeNumberProperty("limit", group.spec().limit());
    json.writeNumberProperty("evaluationTime", group.lastDurationSeconds());
    json.writeStringProperty("lastEvaluation", Times.rfc3339(group.lastEvaluationMillis()));
    json.writeEndObject();
  }

  private void rule(JsonGenerator json, RuleStatus status) {
    json.writeStartObject();
    switch (status.rule()) {
      case AlertingRule rule -> {
        json.writeStringProperty("state", status.phase().text());
        json.writeStringProperty("name", rule.name());
        json.writeStringProperty("query", rule.expression());
        json.writeNumberProperty("duration", rule.forMillis() / 1000.0);
        json.writeNumberProperty("keepFiringFor", rule.keepFiringForMillis() / 1000.0);
        texts(json, "labels", rule.labels());
        texts(json, "annotations", rule.annotations());
        json.writeArrayPropertyStart("alerts");
        status.alerts().stream().filter(ActiveAlert::isActive).forEach(alert -> alert(json, alert));
        json.writeEndArray();
      }
      case RecordingRule rule -> {
        json.writeStringProperty("name", rule.name());
        json.writeStringProperty("query", rule.expression());
        texts(json, "labels", rule.labels());
      }
    }
    json.writeStringProperty("health", status.health().text());
    if (!status.lastError().isEmpty()) {
      json.writeStringProperty("lastError", status.lastError());
    }
    if (!status.selectorsWithoutData().isEmpty()) {
      json.writeArrayPropertyStart("selectorsWithoutData");
      status.selectorsWithoutData().forEach(json::writeString);
      json.writeEndArray();
    }
    if (status.unableToFire()) {
      json.writeBooleanProperty("unableToFire", true);
    }
    json.writeNumberProperty("evaluationTime", status.lastDurationSeconds());
    json.writeStringProperty("lastEvaluation", Times.rfc3339(status.lastEvaluationMillis()));
    json.writeStringProperty("type", status.rule() instanceof AlertingRule ? "alerting" : "recording");
    json.writeEndObject();
  }

  private static void texts(JsonGenerator json, String name, Map<String, String> texts) {
    json.writeName(name);
    PrometheusJson.labels(json, Labels.of(texts));
  }

  private void alert(JsonGenerator json, ActiveAlert alert) {
    json.writeStartObject();
    json.writeName("labels");
    PrometheusJson.labels(json, alert.labels());
    json.writeName("annotations");
    PrometheusJson.labels(json, alert.annotations());
    json.writeStringProperty("state", alert.phase().text());
    json.writeStringProperty("activeAt", Times.rfc3339(alert.activeAtMillis()));
    if (alert.keepFiringSinceMillis() != 0) {
      json.writeStringProperty("keepFiringSince", Times.rfc3339(alert.keepFiringSinceMillis()));
    }
    // Prometheus shows an alert's value as Go's 'e' format does.
    json.writeStringProperty("value", NumberText.exponent(alert.value()));
    json.writeEndObject();
  }

  private void alerts(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("alerts");
      rules.groups().stream()
          .flatMap(group -> group.rules().stream())
          .flatMap(rule -> rule.alerts().stream())
          .filter(ActiveAlert::isActive)
          .forEach(alert -> alert(json, alert));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private void alertmanagers(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("activeAlertmanagers");
      json.writeStartObject();
      json.writeStringProperty("url", externalUrl + "/api/v2/alerts");
      json.writeEndObject();
      json.writeEndArray();
      json.writeArrayPropertyStart("droppedAlertmanagers");
      json.writeEndArray();
      json.writeEndObject();
    });
  }
}
