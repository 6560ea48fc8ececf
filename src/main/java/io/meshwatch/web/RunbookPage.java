package io.meshwatch.web;

import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.rules.ActiveAlert;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.GroupStatus;
import io.meshwatch.rules.RulePack;
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

  RunbookPage(Rules rules) {
    this.rules = rules;
  }

  void addTo(Routes routes) {
    routes.get("/runbooks/{alert}", this::page);
  }

  private void page(Routes.Call call) throws IOException {
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
    found.forEach(status -> rule(body, status));
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
