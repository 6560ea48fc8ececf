package io.meshwatch.web;

import io.meshwatch.engine.OpeningProgress;
import io.meshwatch.environment.HttpReply;
import java.io.IOException;

/** {@code /api/v1/status/walreplay}: how far the log is read, also when it is done. */
final class ReplayApi {
  private ReplayApi() {}

  static void answer(OpeningProgress progress, HttpReply reply) throws IOException {
    ApiErrors.success(reply, json -> {
      json.writeStartObject();
      json.writeNumberProperty("min", progress.first());
      json.writeNumberProperty("max", progress.last());
      json.writeNumberProperty("current", progress.current());
      json.writeStringProperty("state", progress.state());
      json.writeEndObject();
    });
  }
}
