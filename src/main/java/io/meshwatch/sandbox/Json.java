package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpReply;
import java.io.IOException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers in JSON, with the headers a Spring application sends. */
final class Json {
  static final String PLAIN = "application/json";

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** Reads JSON; throws an unchecked {@link tools.jackson.core.JacksonException} if it is none. */
  static JsonNode read(byte[] body) {
    return MAPPER.readTree(body);
  }

  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  static String timestamp(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  static void send(HttpReply reply, int status, String mediaType, JsonNode body) throws IOException {
    secured(reply).status(status).header("Content-Type", mediaType).send(bytes(body));
  }

  /** Headers that meshStack sends with every answer. */
  static HttpReply secured(HttpReply reply) {
    return reply
        .header("X-Content-Type-Options", "nosniff")
        .header("X-XSS-Protection", "0")
        .header("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
        .header("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains")
        .header("X-Frame-Options", "DENY")
        .header("Vary", "Origin");
  }
}
