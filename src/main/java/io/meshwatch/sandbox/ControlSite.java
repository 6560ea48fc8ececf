package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The sandbox's control port: faults on and off, the mails that came in, and a page for both. */
final class ControlSite implements HttpHandler {
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final String FAULTS = "/faults";

  private final Faults faults;
  private final MailSink mails;
  private final byte[] page = readPage();

  ControlSite(Faults faults, MailSink mails) {
    this.faults = faults;
    this.mails = mails;
  }

  private static byte[] readPage() {
    try (InputStream in = ControlSite.class.getResourceAsStream("/sandbox/control.html")) {
      return Objects.requireNonNull(in, "the control page is part of the jar").readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException {
    String path = request.path();
    String method = request.method();
    if (path.equals("/") && method.equals("GET")) {
      reply.status(200).header("Content-Type", "text/html; charset=utf-8").header("Cache-Control", "no-cache").send(page);
    } else if (path.equals(FAULTS) && method.equals("GET")) {
      Json.send(reply, 200, Json.PLAIN, all());
    } else if (path.equals("/mails") && method.equals("GET")) {
      Json.send(reply, 200, Json.PLAIN, mailList());
    } else if (path.startsWith(FAULTS + "/")) {
      change(request, reply, path.substring(FAULTS.length() + 1));
    } else {
      refuse(reply, 404, "there are /, /faults, /faults/NAME and /mails");
    }
  }

  private void change(HttpRequest request, HttpReply reply, String name) throws IOException {
    Optional<FaultKind> kind = FaultKind.named(name);
    if (kind.isEmpty()) {
      refuse(reply, 404, "unknown fault " + name + "; GET /faults lists them");
      return;
    }
    switch (request.method()) {
      case "GET" -> Json.send(reply, 200, Json.PLAIN, one(kind.get()));
      case "DELETE" -> {
        faults.switchOff(kind.get());
        Json.send(reply, 200, Json.PLAIN, one(kind.get()));
      }
      case "PUT" -> switchOn(request, reply, kind.get());
      default -> refuse(reply, 405, "expected GET, PUT or DELETE, got " + request.method());
    }
  }

  private void switchOn(HttpRequest request, HttpReply reply, FaultKind kind) throws IOException {
    try {
      faults.switchOn(kind, parameters(request.body(BODY_BYTES_MAX)));
      Json.send(reply, 200, Json.PLAIN, one(kind));
    } catch (JacksonException e) {
      refuse(reply, 400, "the body is not JSON: expected an object such as {\"platform\": \"aws.aws-main\"}");
    } catch (Faults.BadParameterException e) {
      refuse(reply, 400, Objects.requireNonNullElse(e.getMessage(), "bad parameter"));
    }
  }

  private static Map<String, Object> parameters(byte[] body) throws Faults.BadParameterException {
    Map<String, Object> parameters = new LinkedHashMap<>();
    JsonNode json = body.length == 0 ? Json.object() : Json.read(body);
    if (!json.isObject()) {
      throw new Faults.BadParameterException("the body: expected a JSON object, got " + json.getNodeType());
    }
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      if (!value.isNumber() && !value.isString()) {
        throw new Faults.BadParameterException(field.getKey() + ": expected a number or a text, got " + value);
      }
      parameters.put(field.getKey(), value.isNumber() ? (Object) value.doubleValue() : value.stringValue());
    }
    return parameters;
  }

  private ArrayNode all() {
    ArrayNode list = Json.array();
    for (FaultKind kind : FaultKind.values()) {
      list.add(one(kind));
    }
    return list;
  }

  private ObjectNode one(FaultKind kind) {
    Optional<Faults.ActiveFault> active = faults.active(kind);
    ObjectNode node = Json.object()
        .put("name", kind.outsideName())
        .put("description", kind.description())
        .put("class", kind.reason())
        .put("active", active.isPresent());
    ObjectNode parameters = node.putObject("parameters");
    active.map(Faults.ActiveFault::parameters).orElseGet(() -> faults.effectiveDefaults(kind)).forEach((name, value) -> {
      switch (value) {
        case Integer number -> parameters.put(name, number);
        case Double number when number == Math.rint(number) -> parameters.put(name, number.longValue());
        case Double number -> parameters.put(name, number);
        default -> parameters.put(name, value.toString());
      }
    });
    return node;
  }

  private ArrayNode mailList() {
    ArrayNode list = Json.array();
    for (Mail mail : mails.mails()) {
      list.addObject()
          .put("from", mail.from())
          .put("to", String.join(", ", mail.to()))
          .put("subject", mail.subject())
          .put("text", mail.text())
          .put("html", mail.html())
          .put("receivedAt", Json.timestamp(mail.receivedMillis()));
    }
    return list;
  }

  private static void refuse(HttpReply reply, int status, String message) throws IOException {
    Json.send(reply, status, Json.PLAIN, Json.object().put("error", message));
  }
}
