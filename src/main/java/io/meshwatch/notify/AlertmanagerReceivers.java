package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.PromDuration;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailSettings.Security;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The receivers of an {@code alertmanager.yml}. Mail, webhooks, Slack, Teams and PagerDuty become destinations; other integrations are
 * checked and left out with a warning. Confined to one thread.
 */
final class AlertmanagerReceivers {
  private static final String SLACK_POST_MESSAGE = "https://slack.com/api/chat.postMessage";
  private static final long WEBHOOK_TIMEOUT_MILLIS = 10_000;
  private static final int IMPLICIT_TLS_PORT = 465;
  private static final String SENT = "meshwatch sends mail, webhooks, and to Slack, Teams and PagerDuty";

  private final YamlReader yaml;
  private final Map<String, Node> global;
  private final Function<String, Optional<Secret>> secretFiles;
  private final NotificationTemplates templates;
  private final AlertmanagerHttp http;
  private final AlertmanagerChats chats;

  /** Takes the fields of the global block and a reader of secret files, which may be missing. */
  AlertmanagerReceivers(
      YamlReader yaml, Map<String, Node> global, Function<String, Optional<Secret>> secretFiles,
      NotificationTemplates templates, AlertmanagerHttp http) {
    this.http = http;
    this.templates = templates;
    this.yaml = yaml;
    this.global = global;
    this.secretFiles = secretFiles;
    this.chats = new AlertmanagerChats(yaml, global, secretFiles, templates);
    checkGlobal();
  }

  private void checkGlobal() {
    checkFilePairs(global);
    Node token = global.containsKey("slack_app_token") ? global.get("slack_app_token") : global.get("slack_app_token_file");
    boolean otherUrl = global.containsKey("slack_api_url_file")
        || (global.containsKey("slack_api_url") && !yaml.text(global.get("slack_api_url")).equals(SLACK_POST_MESSAGE));
    if (token != null && otherUrl) {
      yaml.error(token, "at most one of slack_app_token and slack_api_url may be set");
    }
  }

  /** A secret and the file that holds it exclude each other. */
  private void checkFilePairs(Map<String, Node> fields) {
    fields.forEach((name, node) -> {
      if (fields.containsKey(name + "_file")) {
        yaml.error(node, "at most one of " + name + " and " + name + "_file may be set");
      }
    });
  }

  Map<String, Receiver> receivers(@Nullable Node list) {
    Map<String, Receiver> receivers = new LinkedHashMap<>();
    for (Node item : yaml.items(list, "receivers")) {
      Set<String> known = new HashSet<>(IntegrationSchema.BY_BLOCK.keySet());
      known.addAll(Set.of("name", "labels"));
      Map<String, Node> fields = yaml.fields(item, "receiver", known);
      String name = yaml.text(fields.get("name"));
      if (name.isEmpty()) {
        yaml.error(item, "missing name in receiver");
      } else if (receivers.containsKey(name)) {
        yaml.error(item, "there are two receivers named '" + name + "'");
      }
      List<Destination> destinations = destinations(name, fields);
      boolean wantsMore = fields.keySet().stream().anyMatch(IntegrationSchema.BY_BLOCK::containsKey);
      if (destinations.isEmpty() && wantsMore) {
        yaml.warning(item, "receiver '" + name + "' reaches nobody: " + SENT + ", and it has none of them");
      }
      receivers.put(name, new Receiver(name, destinations));
    }
    return receivers;
  }

  private List<Destination> destinations(String receiver, Map<String, Node> fields) {
    List<Destination> destinations = new ArrayList<>();
    fields.forEach((block, list) -> {
      IntegrationSchema schema = IntegrationSchema.BY_BLOCK.get(block);
      if (schema != null) {
        int index = 0;
        for (Node item : yaml.items(list, block)) {
          destinations.addAll(destinations(receiver + "/" + block + "/" + index++, block, schema, item));
        }
      }
    });
    return List.copyOf(destinations);
  }

  private List<Destination> destinations(String id, String block, IntegrationSchema schema, Node item) {
    Map<String, Node> fields = yaml.fields(item, block, schema.fields());
    checkFilePairs(fields);
    for (List<String> choice : schema.required()) {
      if (choice.stream().noneMatch(name -> field(fields, name) != null)) {
        yaml.error(item, block + " needs " + String.join(" or ", choice));
      }
    }
    return switch (block) {
      case "email_configs" -> mailboxes(id, item, fields);
      case "webhook_configs" -> List.of(webhook(id, item, fields));
      default -> {
        checkSlack(block, fields);
        if (AlertmanagerChats.BLOCKS.contains(block)) {
          long timeout = duration(item, fields.get("timeout"), WEBHOOK_TIMEOUT_MILLIS);
          yield chats.destination(id, block, item, fields, access(fields), timeout).stream().toList();
        }
        yaml.warning(item, block + " is left out: " + SENT);
        yield List.of();
      }
    };
  }

  private @Nullable Node field(Map<String, Node> fields, String name) {
    return name.startsWith("global.") ? global.get(name.substring("global.".length())) : fields.get(name);
  }

  private void checkSlack(String block, Map<String, Node> fields) {
    Node update = fields.get("update_message");
    Node url = fields.get("api_url");
    if (block.equals("slack_configs") && yaml.truth(update, false) && url != null && !yaml.text(url).equals(SLACK_POST_MESSAGE)) {
      yaml.error(update, "update_message works with bot tokens only; api_url must be " + SLACK_POST_MESSAGE);
    }
  }

  private List<Destination> mailboxes(String id, Node item, Map<String, Node> fields) {
    Optional<MailTemplates> texts = mailTemplates(fields);
    MailSettings relay = relay(item, fields);
    List<Destination> mailboxes = new ArrayList<>();
    for (String address : yaml.text(fields.get("to")).split(",", -1)) {
      if (!MailAddress.isValid(address.strip())) {
        yaml.error(fields.get("to"), "expected an address such as ops@example.com, got '" + address.strip() + "'");
      } else {
        mailboxes.add(new Destination.Mail(id + "/" + address.strip(), relay, address.strip(), yaml.truth(fields.get("send_resolved"), false), List.of(),
            Optional.empty(), texts));
      }
    }
    return mailboxes;
  }

  private Optional<MailTemplates> mailTemplates(Map<String, Node> fields) {
    Optional<String> subject = Optional.empty();
    for (Map.Entry<String, Node> header : yaml.entries(fields.get("headers"), "headers").entrySet()) {
      if (header.getKey().equalsIgnoreCase("Subject")) {
        subject = template(header.getValue());
      } else {
        yaml.warning(header.getValue(), "email_configs: the header " + header.getKey() + " is not used, meshwatch sets its own");
      }
    }
    Optional<String> text = template(fields.get("text"));
    Optional<String> html = template(fields.get("html"));
    return subject.isEmpty() && text.isEmpty() && html.isEmpty() ? Optional.empty() : Optional.of(new MailTemplates(templates, subject, text, html));
  }

  /** A text that is no template is left out with a warning: the built-in one then says what happens. */
  private Optional<String> template(@Nullable Node node) {
    if (node == null) {
      return Optional.empty();
    }
    try {
      templates.check(yaml.text(node));
      return Optional.of(yaml.text(node));
    } catch (TemplateException e) {
      yaml.warning(node, "this template is not used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private MailSettings relay(Node item, Map<String, Node> fields) {
    MailSettings d = MailSettings.defaults();
    String smarthost = own(fields, "smarthost");
    int colon = smarthost.lastIndexOf(':');
    if (colon < 0 || !smarthost.substring(colon + 1).matches("[0-9]{1,5}")) {
      yaml.error(item, "smarthost: expected host:port, got '" + smarthost + "'");
      return d;
    }
    int port = Integer.parseInt(smarthost.substring(colon + 1));
    Map<String, Node> tls = http.tls(fields.containsKey("tls_config") ? fields.get("tls_config") : global.get("smtp_tls_config"));
    return new MailSettings(true, smarthost.substring(0, colon), port, own(fields, "auth_username"), password(fields),
        new MailSettings.Sender(own(fields, "from"), Optional.empty()), d.smtp(), Optional.of(security(fields, port)),
        http.file(tls, "ca_file").map(Path::toString), yaml.truth(tls.get("insecure_skip_verify"), false), own(fields, "hello"),
        d.connectTimeoutSeconds(), d.readTimeoutSeconds(), d.writeTimeoutSeconds(), Optional.empty());
  }

  private Security security(Map<String, Node> fields, int port) {
    Node forced = fields.containsKey("force_implicit_tls") ? fields.get("force_implicit_tls") : global.get("smtp_force_implicit_tls");
    if (yaml.truth(forced, port == IMPLICIT_TLS_PORT)) {
      return Security.IMPLICIT;
    }
    Node required = fields.containsKey("require_tls") ? fields.get("require_tls") : global.get("smtp_require_tls");
    return yaml.truth(required, true) ? Security.REQUIRED : Security.OPPORTUNISTIC;
  }

  private Secret password(Map<String, Node> fields) {
    String inline = own(fields, "auth_password");
    String file = own(fields, "auth_password_file");
    return inline.isEmpty() && !file.isEmpty() ? secretFiles.apply(file).orElse(Secret.EMPTY) : Secret.of(inline);
  }

  /** The field of the receiver, else of the global block. */
  private String own(Map<String, Node> fields, String name) {
    return yaml.text(fields.containsKey(name) ? fields.get(name) : global.get("smtp_" + name));
  }

  private Destination webhook(String id, Node item, Map<String, Node> fields) {
    String inline = yaml.text(fields.get("url"));
    Secret url = inline.isEmpty() ? secretFiles.apply(yaml.text(fields.get("url_file"))).orElse(Secret.EMPTY) : Secret.of(inline);
    if (!inline.isEmpty() && !inline.contains("{{") && !WebUrls.isWeb(inline)) {
      yaml.error(fields.get("url"), "expected an address such as https://example.com/hook");
    }
    return new Destination.Webhook(id, url, access(fields), duration(item, fields.get("timeout"), WEBHOOK_TIMEOUT_MILLIS), number(fields.get("max_alerts")),
        yaml.truth(fields.get("send_resolved"), true), List.of(), payload(fields.get("payload")));
  }

  private HttpAccess access(Map<String, Node> fields) {
    return http.access(fields.containsKey("http_config") ? fields.get("http_config") : global.get("http_config"));
  }

  private Optional<WebhookPayload> payload(@Nullable Node node) {
    if (node == null) {
      return Optional.empty();
    }
    WebhookPayload payload = WebhookPayload.of(templates, node);
    try {
      payload.check();
    } catch (TemplateException e) {
      yaml.error(node, "payload: " + e.getMessage());
    }
    return Optional.of(payload);
  }

  private long duration(Node item, @Nullable Node node, long otherwise) {
    if (node == null) {
      return otherwise;
    }
    try {
      long millis = PromDuration.parseMillis(yaml.text(node));
      return millis == 0 ? otherwise : millis;
    } catch (IllegalArgumentException e) {
      yaml.error(item, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  private int number(@Nullable Node node) {
    String text = node == null ? "0" : yaml.text(node);
    if (!text.matches("[0-9]{1,9}")) {
      yaml.error(node, "expected a whole number, got '" + text + "'");
      return 0;
    }
    return Integer.parseInt(text);
  }
}
