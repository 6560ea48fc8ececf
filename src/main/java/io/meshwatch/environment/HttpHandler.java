package io.meshwatch.environment;

import java.io.IOException;

/** Answers requests of an {@link HttpListener}, each on a thread of its own; may block. */
@FunctionalInterface
public interface HttpHandler {
  /** Answers one request. An exception becomes a 500 and is logged, unless the answer has begun: then the connection is cut. */
  void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException;
}
