package io.meshwatch.web;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.MaintenanceView;
import io.meshwatch.notify.MatcherParser;
import io.meshwatch.notify.Notifier;
import io.meshwatch.notify.SilencePreview;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/meshwatch/v1}: test mails, what a silence would keep back, and recurring maintenance. Changes take JSON, so no other
 * page's form can make them.
 */
final class NotificationsApi {
  private static final int BODY_BYTES_MAX = 64 * 1024;
  private static final int PREVIEW_ALERTS_MAX = 100;

  private final Notifier notifier;

  NotificationsApi(Notifier notifier) {
    this.notifier = notifier;
  }

  void addTo(Routes routes) {
    routes.post("/api/meshwatch/v1/mail/test", guarded(this::testMail));
    routes.post("/api/meshwatch/v1/silences/preview", guarded(this::preview));
    routes.get("/api/meshwatch/v1/maintenance", guarded(this::maintenance));
  }

  static Routes.Endpoint guarded(Routes.Endpoint endpoint) {
    return ApiErrors.guarded(call -> {
      try {
        endpoint.answer(call);
      } catch (ProblemsException | IllegalArgumentException e) {
        throw new BadRequestException(String.valueOf(e.getMessage()));
      }
    });
  }

  /** The body of a change, which must say that it is JSON. */
  static JsonNode body(Routes.Call call) throws IOException {
    String type = call.request().header("Content-Type").orElse("");
    if (!type.startsWith("application/json")) {
      throw new BadRequestException("expected Content-Type application/json, got \"" + type + "\"");
    }
    return Json.read(call.request().body(BODY_BYTES_MAX));
  }

  private void testMail(Routes.Call call) throws IOException, InterruptedException {
    String address = body(call).path("address").asString("");
    if (!MailAddress.isValid(address)) {
      throw new BadRequestException("expected an address such as ops@example.com, got \"" + address + "\"");
    }
    MailTransport.Dialogue dialogue = notifier.testMail(address);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode lines = answer.putArray("dialogue");
    dialogue.lines().forEach(lines::add);
    answer.put("outcome", dialogue.delivery().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
    answer.put("code", dialogue.delivery().code()).put("reply", dialogue.delivery().text());
    Json.send(call.reply(), (Object) answer);
  }

  private void preview(Routes.Call call) throws IOException {
    List<Matcher> matchers = new ArrayList<>();
    body(call).path("matchers").forEach(each -> matchers.addAll(MatcherParser.parse(each.asString(""))));
    SilencePreview preview = notifier.care().previewSilence(matchers);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("matching", preview.matching().size()).put("firing", preview.firing()).put("tooMuch", preview.tooMuch());
    ArrayNode alerts = answer.putArray("alerts");
    preview.matching().stream().limit(PREVIEW_ALERTS_MAX).forEach(each -> alerts.add(each.labels().toString()));
    ArrayNode parsed = answer.putArray("matchers");
    matchers.forEach(each -> parsed.addObject().put("name", each.name()).put("value", each.value()).put("isRegex", each.pattern() != null)
        .put("isEqual", each.op() == Matcher.Op.EQUAL || each.op() == Matcher.Op.MATCH));
    Json.send(call.reply(), (Object) answer);
  }

  private void maintenance(Routes.Call call) throws IOException {
    ArrayNode answer = Json.MAPPER.createArrayNode();
    for (MaintenanceView window : notifier.maintenance()) {
      ObjectNode node = answer.addObject().put("name", window.name()).put("now", window.now());
      ArrayNode matchers = node.putArray("matchers");
      window.matchers().forEach(each -> matchers.add(MatcherParser.format(each)));
      ArrayNode times = node.putArray("times");
      window.times().forEach(times::add);
    }
    Json.send(call.reply(), (Object) answer);
  }
}
