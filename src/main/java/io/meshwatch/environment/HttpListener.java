package io.meshwatch.environment;

/** A listening HTTP server (HTTP/1.1 and, over TLS, HTTP/2). Closing it waits for running requests, a few seconds at most. */
public interface HttpListener extends AutoCloseable {
  /** The port that was bound. */
  int port();

  @Override
  void close();
}
