package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The Slack, Teams and PagerDuty receivers of an {@code alertmanager.yml}. Confined to one thread. */
final class AlertmanagerChats {
  private static final String SLACK = "slack_configs";
  private static final String TEAMS = "msteams_configs";
  private static final String TEAMS_WORKFLOW = "msteamsv2_configs";
  private static final String PAGERDUTY = "pagerduty_configs";
  static final List<String> BLOCKS = List.of(SLACK, TEAMS, TEAMS_WORKFLOW, PAGERDUTY);

  private static final String SLACK_POST_MESSAGE = "https://slack.com/api/chat.postMessage";
  private static final String PAGERDUTY_EVENTS = "https://events.pagerduty.com/v2/enqueue";
  private static final String TRIGGER_OR_RESOLVE = "{{ if eq .Status \"firing\" }}trigger{{ else }}resolve{{ end }}";
  private static final String THEME_COLOR = "{{ if eq .Status \"firing\" }}8C1A1A{{ else }}2DC72D{{ end }}";
  private static final String CARD_COLOR = "{{ if eq .Status \"firing\" }}Attention{{ else }}Good{{ end }}";
  private static final List<String> SLACK_MESSAGE = List.of("channel", "username", "icon_emoji", "icon_url");
  private static final List<String> SLACK_ATTACHMENT = List.of("color", "title", "title_link", "pretext", "text", "fallback", "callback_id", "image_url",
      "thumb_url", "footer");
  private static final List<String> PAGERDUTY_PAYLOAD = List.of("source", "severity", "class", "component", "group");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final YamlReader yaml;
  private final Map<String, Node> global;
  private final Function<String, Optional<Secret>> secretFiles;
  private final NotificationTemplates templates;

  /** Takes the fields of the global block, a reader of secret files, and what the texts may call. */
  AlertmanagerChats(
      YamlReader yaml, Map<String, Node> global, Function<String, Optional<Secret>> secretFiles, NotificationTemplates templates) {
    this.yaml = yaml;
    this.global = global;
    this.secretFiles = secretFiles;
    this.templates = templates;
  }

  /** What one entry of a block means; empty, with a warning, if it cannot be done. */
  Optional<Destination> destination(String id, String block, Node item, Map<String, Node> fields, HttpAccess access, long timeoutMillis) {
    return switch (block) {
      case SLACK -> slack(id, item, fields, access, timeoutMillis);
      case TEAMS -> chat(id, "msteams", item, secret(fields, "webhook_url", ""), access, timeoutMillis, resolved(fields, true), teams(fields));
      case TEAMS_WORKFLOW -> chat(id, "msteamsv2", item, secret(fields, "webhook_url", ""), access, timeoutMillis, resolved(fields, true), workflow(fields));
      default -> pagerDuty(id, item, fields, access, timeoutMillis);
    };
  }

  private boolean resolved(Map<String, Node> fields, boolean otherwise) {
    return yaml.truth(fields.get("send_resolved"), otherwise);
  }

  private Optional<Destination> chat(
      String id, String integration, Node item, Optional<Secret> url, HttpAccess access, long timeoutMillis, boolean sendResolved, ChatMessage message) {
    if (url.isEmpty() || !WebUrls.isWeb(url.get().reveal())) {
      yaml.warning(item, integration + ": expected an address such as https://example.com/hook; this entry is left out");
      return Optional.empty();
    }
    return Optional.of(new Destination.Chat(id, integration, url.get(), access, timeoutMillis, sendResolved, message));
  }

  private Optional<Destination> slack(String id, Node item, Map<String, Node> fields, HttpAccess access, long timeoutMillis) {
    Optional<Secret> token = secret(fields, "app_token", "slack_app_token");
    Optional<Secret> url = secret(fields, "api_url", "slack_api_url");
    boolean bot = token.isPresent() && (url.isEmpty() || url.get().reveal().equals(SLACK_POST_MESSAGE));
    Secret botUrl = secret(fields, "app_url", "slack_app_url").orElse(Secret.of(SLACK_POST_MESSAGE));
    UnaryOperator<String> own = own(fields, SlackService.STANDARD);
    UnaryOperator<String> standard = name -> name.equals("channel") ? own.apply(name) : standard(SlackService.STANDARD).apply(name);
    ChatMessage message = new ChatMessage(literal(slack(own, fields)), literal(slack(standard, Map.of())), new SlackService());
    return chat(id, "slack", item, bot ? Optional.of(botUrl) : url,
        bot ? access.withAuthorization(Secret.of("Bearer " + token.orElseThrow().reveal())) : access, timeoutMillis, resolved(fields, false), message);
  }

  private ObjectNode slack(UnaryOperator<String> texts, Map<String, Node> fields) {
    ObjectNode message = NODES.objectNode();
    SLACK_MESSAGE.forEach(name -> message.put(name, texts.apply(name)));
    if (yaml.truth(fields.get("link_names"), false)) {
      message.put("link_names", true);
    }
    ObjectNode attachment = message.putArray("attachments").addObject();
    SLACK_ATTACHMENT.forEach(name -> attachment.put(name, texts.apply(name)));
    list(fields, "fields", attachment);
    list(fields, "actions", attachment);
    List<String> marked = yaml.texts(fields.get("mrkdwn_in"), "mrkdwn_in");
    ArrayNode markdown = attachment.putArray("mrkdwn_in");
    (marked.isEmpty() ? List.of("fallback", "pretext", "text") : marked).forEach(markdown::add);
    return message;
  }

  private ChatMessage teams(Map<String, Node> fields) {
    return new ChatMessage(literal(card(own(fields, TeamsService.CARD))), literal(card(standard(TeamsService.CARD))), new TeamsService());
  }

  private static ObjectNode card(UnaryOperator<String> texts) {
    return NODES.objectNode().put("@context", "https://schema.org/extensions").put("@type", "MessageCard").put("title", texts.apply("title"))
        .put("summary", texts.apply("summary")).put("text", texts.apply("text")).put("themeColor", THEME_COLOR);
  }

  private ChatMessage workflow(Map<String, Node> fields) {
    return new ChatMessage(literal(adaptiveCard(own(fields, TeamsService.ADAPTIVE_CARD))),
        literal(adaptiveCard(standard(TeamsService.ADAPTIVE_CARD))), new TeamsService());
  }

  private static ObjectNode adaptiveCard(UnaryOperator<String> texts) {
    ObjectNode message = NODES.objectNode().put("type", "message");
    ObjectNode card = message.putArray("attachments").addObject().put("contentType", "application/vnd.microsoft.card.adaptive").putObject("content");
    card.put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json").put("type", "AdaptiveCard").put("version", "1.4");
    ArrayNode body = card.putArray("body");
    body.addObject().put("type", "TextBlock").put("text", texts.apply("title")).put("weight", "Bolder").put("size", "Medium").put("wrap", true)
        .put("style", "heading").put("color", CARD_COLOR);
    body.addObject().put("type", "TextBlock").put("text", texts.apply("text")).put("wrap", true);
    card.putObject("msteams").put("width", "full");
    return message;
  }

  private Optional<Destination> pagerDuty(String id, Node item, Map<String, Node> fields, HttpAccess access, long timeoutMillis) {
    Optional<Secret> key = secret(fields, "routing_key", "");
    if (key.isEmpty()) {
      yaml.warning(item, "pagerduty: service_key is for the Events API 1, which meshwatch does not speak; this entry is left out, write routing_key");
      return Optional.empty();
    }
    Optional<Secret> url = secret(fields, "url", "pagerduty_url").or(() -> Optional.of(Secret.of(PAGERDUTY_EVENTS)));
    ChatMessage message = new ChatMessage(literal(event(own(fields, PagerDutyService.STANDARD), fields)),
        literal(event(standard(PagerDutyService.STANDARD), Map.of())), new PagerDutyService(key.get()));
    return chat(id, "pagerduty", item, url, access, timeoutMillis, resolved(fields, true), message);
  }

  private ObjectNode event(UnaryOperator<String> texts, Map<String, Node> fields) {
    ObjectNode event = NODES.objectNode().put("event_action", TRIGGER_OR_RESOLVE).put("client", texts.apply("client")).put("client_url", texts.apply("client_url"));
    list(fields, "links", event);
    list(fields, "images", event);
    ObjectNode payload = event.putObject("payload").put("summary", texts.apply("description"));
    PAGERDUTY_PAYLOAD.forEach(name -> payload.put(name, texts.apply(name)));
    if (!fields.containsKey("source")) {
      payload.put("source", texts.apply("client"));
    }
    Map<String, String> details = new HashMap<>(PagerDutyService.DETAILS);
    yaml.entries(fields.get("details"), "details").forEach((name, node) -> details.put(name, checked(node, details.getOrDefault(name, ""))));
    ObjectNode custom = payload.putObject("custom_details");
    details.forEach(custom::put);
    return event;
  }

  /** A list of small records whose texts are templates. */
  private void list(Map<String, Node> fields, String name, ObjectNode into) {
    for (Node item : yaml.items(fields.get(name), name)) {
      ObjectNode object = into.withArray(name).addObject();
      yaml.entries(item, name).forEach((key, node) -> {
        if (key.equals("short")) {
          object.put(key, yaml.truth(node, false));
        } else {
          object.put(key, checked(node, ""));
        }
      });
    }
  }

  private WebhookPayload literal(ObjectNode tree) {
    return new WebhookPayload(templates, tree, true);
  }

  private UnaryOperator<String> own(Map<String, Node> fields, Map<String, String> standard) {
    return name -> checked(fields.get(name), standard.getOrDefault(name, ""));
  }

  private static UnaryOperator<String> standard(Map<String, String> standard) {
    return name -> standard.getOrDefault(name, "");
  }

  /** A text that is no template is left out with a warning: the built-in one then says what happens. */
  private String checked(@Nullable Node node, String otherwise) {
    if (node == null) {
      return otherwise;
    }
    try {
      templates.check(yaml.text(node));
      return yaml.text(node);
    } catch (TemplateException e) {
      yaml.warning(node, "this template is not used: " + e.getMessage());
      return otherwise;
    }
  }

  /** The field, else the file that it names, else the same of the global block. */
  private Optional<Secret> secret(Map<String, Node> fields, String name, String globalName) {
    return secret(fields, name).or(() -> globalName.isEmpty() ? Optional.empty() : secret(global, globalName));
  }

  private Optional<Secret> secret(Map<String, Node> fields, String name) {
    String inline = yaml.text(fields.get(name));
    String file = yaml.text(fields.get(name + "_file"));
    return inline.isEmpty() ? Optional.of(file).filter(each -> !each.isEmpty()).flatMap(secretFiles) : Optional.of(Secret.of(inline));
  }
}
