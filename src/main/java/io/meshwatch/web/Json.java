package io.meshwatch.web;

import io.meshwatch.environment.HttpReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON on the wire, written as a stream. */
final class Json {
  static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String CONTENT_TYPE = "application/json";

  private Json() {}

  /** Writes something to a generator. */
  @FunctionalInterface
  interface Writer {
    void write(JsonGenerator json);
  }

  /** Streams a document whose parts are at hand: nothing that can fail for the user's reasons may happen in the writer. */
  static void stream(HttpReply reply, Writer writer) throws IOException {
    reply.header("Content-Type", CONTENT_TYPE);
    try (OutputStream out = reply.stream();
        JsonGenerator json = MAPPER.createGenerator(out)) {
      writer.write(json);
    }
  }

  /** Sends a small document in one piece. */
  static void send(HttpReply reply, Writer writer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = MAPPER.createGenerator(out)) {
      writer.write(json);
    }
    reply.header("Content-Type", CONTENT_TYPE).send(out.toByteArray());
  }

  /** Sends a tree or a record. */
  static void send(HttpReply reply, Object value) throws IOException {
    reply.header("Content-Type", CONTENT_TYPE).send(MAPPER.writeValueAsBytes(value));
  }

  /** Reads a document; throws {@link BadRequestException} with Jackson's reason if it is none. */
  static JsonNode read(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (tools.jackson.core.JacksonException e) {
      throw new BadRequestException("the body is not JSON: " + e.getOriginalMessage());
    }
  }
}
