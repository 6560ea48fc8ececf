package io.meshwatch.web;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.notify.Explanation;
import io.meshwatch.notify.HistoryEntry;
import io.meshwatch.notify.Notifier;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.GroupStatus;
import io.meshwatch.rules.PackDifference;
import io.meshwatch.rules.RuleEvaluation;
import io.meshwatch.rules.RuleExplainer;
import io.meshwatch.rules.RuleExplanation;
import io.meshwatch.rules.RuleStatus;
import io.meshwatch.rules.Rules;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/meshwatch/v1/rules} and {@code …/explain}: how rules differ from the shipped ones, and why an alert fires or does not. */
final class RulesApi {
  /** How long around the explained time mails count as belonging to it. */
  private static final long MAIL_WINDOW_MILLIS = 24 * 3_600_000L;
  private static final int MAILS_MAX = 20;
  private static final int HISTORY_MAX = 1000;

  private final Rules rules;
  private final Notifier notifier;
  private final RuleExplainer explainer;
  private final Clock clock;

  RulesApi(Rules rules, Notifier notifier, Engine engine, QueryLimits limits, Clock clock) {
    this.rules = rules;
    this.notifier = notifier;
    this.explainer = new RuleExplainer(engine, limits);
    this.clock = clock;
  }

  void addTo(Routes routes) {
    routes.get("/api/meshwatch/v1/rules", ApiErrors.guarded(this::list));
    routes.get("/api/meshwatch/v1/explain", ApiErrors.guarded(this::explain));
  }

  private void list(Routes.Call call) throws IOException {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("rules");
    List<GroupStatus> groups = rules.groups();
    groups.forEach(group -> group.rules().forEach(rule -> rule(list.addObject(), group, rule)));
    ArrayNode differences = answer.putArray("differences");
    PackDifference.of(groups.stream().map(GroupStatus::spec).toList()).forEach(each -> {
      ObjectNode node = differences.addObject();
      node.put("rule", each.rule()).put("group", each.group()).put("kind", each.kind().name().toLowerCase(java.util.Locale.ROOT));
      ArrayNode changes = node.putArray("changes");
      each.changes().forEach(changes::add);
    });
    Json.send(call.reply(), (Object) answer);
  }

  private static void rule(ObjectNode node, GroupStatus group, RuleStatus status) {
    node.put("group", group.spec().name()).put("file", group.spec().file()).put("name", status.rule().name());
    node.put("type", status.rule() instanceof AlertingRule ? "alerting" : "recording");
    node.put("severity", status.rule().labels().getOrDefault("severity", ""));
    node.put("state", status.phase().text()).put("health", status.health().text()).put("lastError", status.lastError());
    node.put("unableToFire", status.unableToFire());
    ArrayNode missing = node.putArray("selectorsWithoutData");
    status.selectorsWithoutData().forEach(missing::add);
  }

  private void explain(Routes.Call call) throws IOException, InterruptedException {
    Parameters parameters = new Parameters(call.request());
    String alert = parameters.required("alert");
    long now = clock.wallMillis();
    long at = parameters.timeMillis("time", now);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("alert", alert).put("at", Times.rfc3339(at));
    ArrayNode list = answer.putArray("rules");
    for (GroupStatus group : rules.groups()) {
      for (RuleStatus status : group.rules()) {
        if (status.rule() instanceof AlertingRule rule && rule.name().equals(alert)) {
          rule(list.addObject(), status, explainer.explain(group.spec().name(), rule, at), at);
        }
      }
    }
    if (list.isEmpty()) {
      ApiErrors.error(call.reply(), 404, "not_found", "no alerting rule named " + alert + " is loaded");
      return;
    }
    mails(answer.putArray("notifications"), alert, at);
    Json.send(call.reply(), (Object) answer);
  }

  private void rule(ObjectNode node, RuleStatus status, RuleExplanation explained, long atMillis) {
    AlertingRule rule = explained.rule();
    node.put("group", explained.group()).put("severity", rule.labels().getOrDefault("severity", ""));
    node.put("expression", rule.expression()).put("forSeconds", rule.forMillis() / 1000.0).put("verdict", explained.verdict());
    ArrayNode selectors = node.putArray("selectors");
    explained.selectors().forEach(each -> selectors.addObject()
        .put("selector", each.selector()).put("series", each.seriesNow()).put("seriesLastHour", each.seriesLastHour()));
    ArrayNode comparisons = node.putArray("comparisons");
    explained.comparisons().forEach(each -> comparison(comparisons.addObject(), each));
    ArrayNode alerts = node.putArray("alerts");
    explained.states().forEach(each -> state(alerts.addObject(), each, atMillis));
    ArrayNode evaluations = node.putArray("evaluations");
    status.history().reversed().forEach(each -> evaluation(evaluations.addObject(), each));
  }

  private static void comparison(ObjectNode node, RuleExplanation.Comparison comparison) {
    node.put("compared", comparison.compared()).put("operator", comparison.operator()).put("threshold", comparison.threshold());
    node.put("left", comparison.left());
    ArrayNode values = node.putArray("values");
    for (RuleExplanation.ComparedValue each : comparison.values()) {
      ObjectNode value = values.addObject().put("series", each.series().toString()).put("value", NumberText.sample(each.value()));
      value.put("threshold", each.threshold().isPresent() ? NumberText.sample(each.threshold().getAsDouble()) : "").put("holds", each.holds());
    }
  }

  private static void evaluation(ObjectNode node, RuleEvaluation each) {
    node.put("at", Times.rfc3339(each.dueMillis())).put("seconds", each.durationSeconds()).put("results", each.results());
    node.put("pending", each.pending()).put("firing", each.firing()).put("error", each.error());
  }

  private void state(ObjectNode node, RuleExplanation.State state, long atMillis) {
    labels(node.putObject("labels"), state.labels());
    node.put("state", state.phase().text()).put("activeAt", Times.rfc3339(state.activeAtMillis()));
    Explanation way = notifier.explain(state.labels(), atMillis);
    ArrayNode silenced = node.putArray("silencedBy");
    way.silencedBy().forEach(silenced::add);
    way.inhibitedBy().ifPresent(by -> labels(node.putObject("inhibitedBy"), by));
    way.acknowledged().ifPresent(each -> node.putObject("acknowledged")
        .put("author", each.author()).put("comment", each.comment()).put("at", Times.rfc3339(each.atMillis())));
    ArrayNode routes = node.putArray("routes");
    way.ways().forEach(each -> route(routes.addObject(), each));
  }

  private static void labels(ObjectNode node, Labels labels) {
    labels.toMap().forEach(node::put);
  }

  private static void route(ObjectNode node, Explanation.Way way) {
    node.put("route", way.routeKey()).put("receiver", way.receiver());
    labels(node.putObject("group"), way.group());
    ArrayNode muted = node.putArray("mutedBy");
    way.mutedBy().forEach(muted::add);
    node.put("nextLook", way.nextLookMillis() == 0 ? "" : Times.rfc3339(way.nextLookMillis()));
    ArrayNode told = node.putArray("destinations");
    way.told().forEach(each -> told.addObject().put("address", each.address())
        .put("lastSent", each.lastSentAtMillis() == 0 ? "" : Times.rfc3339(each.lastSentAtMillis())).put("waitingBecause", each.waitingBecause()));
  }

  private void mails(ArrayNode node, String alert, long atMillis) {
    notifier.history(HISTORY_MAX).stream()
        .filter(each -> each.alerts().contains(alert))
        .filter(each -> Math.abs(each.atMillis() - atMillis) <= MAIL_WINDOW_MILLIS)
        .limit(MAILS_MAX)
        .forEach(each -> mail(node.addObject(), each));
  }

  private static void mail(ObjectNode node, HistoryEntry each) {
    node.put("at", Times.rfc3339(each.atMillis())).put("to", each.destination()).put("subject", each.subject());
    node.put("outcome", Optional.of(each.outcome()).map(o -> o.name().toLowerCase(java.util.Locale.ROOT)).orElse("")).put("reply", each.reply());
  }
}
