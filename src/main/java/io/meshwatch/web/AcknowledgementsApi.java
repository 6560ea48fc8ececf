package io.meshwatch.web;

import io.meshwatch.model.Labels;
import io.meshwatch.notify.Acknowledgement;
import io.meshwatch.notify.Notifier;
import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/meshwatch/v1/acknowledgements}: who takes care of which alert. */
final class AcknowledgementsApi {
  private static final String PATH = "/api/meshwatch/v1/acknowledgements";

  private final Notifier notifier;

  AcknowledgementsApi(Notifier notifier) {
    this.notifier = notifier;
  }

  void addTo(Routes routes) {
    routes.get(PATH, ApiErrors.guarded(this::list));
    routes.post(PATH, NotificationsApi.guarded(this::acknowledge));
    routes.post(PATH + "/withdraw", NotificationsApi.guarded(this::withdraw));
  }

  private void list(Routes.Call call) throws IOException {
    ArrayNode all = Json.MAPPER.createArrayNode();
    notifier.alerts().forEach(view -> view.acknowledged().ifPresent(each -> all.add(entry(view.alert().labels(), each))));
    Json.send(call.reply(), (Object) all);
  }

  private static ObjectNode entry(Labels alert, Acknowledgement acknowledgement) {
    ObjectNode entry = Json.MAPPER.createObjectNode();
    entry.set("labels", Json.MAPPER.valueToTree(alert.toMap()));
    return entry.put("author", acknowledgement.author()).put("comment", acknowledgement.comment()).put("atMillis", acknowledgement.atMillis());
  }

  /** Who is logged in and does not say another name is the author. */
  private void acknowledge(Routes.Call call) throws IOException {
    JsonNode body = NotificationsApi.body(call);
    String author = body.path("author").asString("").strip();
    notifier.care().acknowledge(labels(body), author.isEmpty() ? call.request().user().orElse("") : author, body.path("comment").asString(""));
    done(call);
  }

  private void withdraw(Routes.Call call) throws IOException {
    notifier.care().unacknowledge(labels(NotificationsApi.body(call)));
    done(call);
  }

  private static void done(Routes.Call call) throws IOException {
    Json.send(call.reply(), (Object) Json.MAPPER.createObjectNode().put("status", "success"));
  }

  private static Labels labels(JsonNode body) {
    Labels.Builder labels = Labels.builder();
    body.path("labels").propertyStream().forEach(each -> labels.set(each.getKey(), each.getValue().asString("")));
    return labels.build();
  }
}
