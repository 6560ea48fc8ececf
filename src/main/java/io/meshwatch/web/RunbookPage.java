package io.meshwatch.web;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.rules.ActiveAlert;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.GroupStatus;
import io.meshwatch.rules.RulePack;
import io.meshwatch.rules.RuleExplainer;
import io.meshwatch.rules.RuleExplanation;
import io.meshwatch.rules.RuleStatus;
import io.meshwatch.rules.Rules;
import io.meshwatch.rules.Runbook;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** {@code /runbooks/<alert>}: what an alert means, what to do first, its expression and what it finds now. Plain HTML: it must work on anything. */
final class RunbookPage {
  private static final String STYLE = """
      body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#212529;background:#fff}
      pre{background:#f1f3f5;padding:.8rem;border-radius:6px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
      dt{font-weight:600;margin-top:1rem}dd{margin:0}a{color:#0b7285}
      @media(prefers-color-scheme:dark){body{color:#dee2e6;background:#16181b}pre{background:#25282c}a{color:#66d9e8}}""";

  private final Rules rules;
  private final RuleExplainer explainer;
  private final Clock clock;

  RunbookPage(Rules rules, RuleExplainer explainer, Clock clock) {
    this.rules = rules;
    this.explainer = explainer;
    this.clock = clock;
  }

  void addTo(Routes routes) {
    routes.get("/runbooks/{alert}", this::page);
  }

  private void page(Routes.Call call) throws IOException, InterruptedException {
    String name = call.segment("alert");
    List<RuleStatus> found = rules.groups().stream()
        .map(GroupStatus::rules)
        .flatMap(List::stream)
        .filter(status -> status.rule() instanceof AlertingRule && status.rule().name().equals(name))
        .toList();
    Optional<Runbook> runbook = RulePack.shipped().runbooks(rules.groups().stream().map(GroupStatus::spec).toList()).stream()
        .filter(each -> each.alert().equals(name))
        .findFirst();
    if (found.isEmpty()) {
      call.reply().status(404).send("text/html; charset=utf-8", html(name, "<p>No rule of this name is loaded.</p>"));
      return;
    }
    StringBuilder body = new StringBuilder();
    runbook.ifPresent(each -> runbook(body, each));
    for (RuleStatus status : found) {
      rule(body, status);
      values(body, explainer.explain("", (AlertingRule) status.rule(), clock.wallMillis()));
    }
    call.reply().header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'").send("text/html; charset=utf-8", html(name, body.toString()));
  }

  private static void runbook(StringBuilder body, Runbook runbook) {
    body.append("<dl>");
    item(body, "Meaning", runbook.meaning());
    item(body, "First steps", runbook.firstSteps());
    item(body, "Needs", runbook.needs());
    item(body, "Known false alarms", runbook.falseAlarms());
    item(body, "Inhibition", runbook.inhibition());
    body.append("</dl>");
  }

  private static void item(StringBuilder body, String title, String text) {
    if (!text.isEmpty()) {
      body.append("<dt>").append(title).append("</dt><dd>").append(escape(text)).append("</dd>");
    }
  }

  private static void rule(StringBuilder body, RuleStatus status) {
    String expression = status.rule().expression();
    body.append("<h2>Expression</h2><pre>").append(escape(expression)).append("</pre><p><a href=\"/query?expr=")
        .append(URLEncoder.encode(expression, StandardCharsets.UTF_8)).append("\">Open in the query page</a></p><h2>Now</h2>");
    List<ActiveAlert> active = status.alerts().stream().filter(ActiveAlert::isActive).toList();
    if (active.isEmpty()) {
      body.append("<p>Nothing fires.</p>");
      return;
    }
    body.append("<ul>");
    for (ActiveAlert alert : active) {
      body.append("<li>").append(alert.phase().text()).append(" since ").append(Times.rfc3339(alert.activeAtMillis())).append(", value ")
          .append(NumberText.sample(alert.value())).append("<br><small>").append(escape(text(alert.labels()))).append("</small></li>");
    }
    body.append("</ul>");
  }

  /** What the rule's comparisons see now, and selectors without any series. */
  private static void values(StringBuilder body, RuleExplanation explained) {
    explained.selectors().stream().filter(each -> each.seriesLastHour() == 0).forEach(each ->
        body.append("<p>No data within the last hour for <code>").append(escape(each.selector())).append("</code>.</p>"));
    for (RuleExplanation.Comparison comparison : explained.comparisons()) {
      body.append("<h3>Values now: ").append(escape(comparison.compared())).append(' ').append(escape(comparison.operator())).append(' ')
          .append(escape(comparison.threshold())).append("</h3><ul>");
      for (RuleExplanation.ComparedValue value : comparison.values()) {
        body.append("<li>").append(value.holds() ? "<b>" : "").append(NumberText.sample(value.value())).append(value.holds() ? "</b>" : "")
            .append(" <small>").append(escape(text(value.series()))).append("</small></li>");
      }
      body.append("</ul>");
      if (comparison.left() > 0) {
        body.append("<p>and ").append(comparison.left()).append(" more</p>");
      }
    }
  }

  private static String text(Labels labels) {
    return labels.toString();
  }

  private static String html(String title, String body) {
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>"
        + escape(title) + "</title><style>" + STYLE + "</style><h1>" + escape(title) + "</h1>" + body;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
  }
}
