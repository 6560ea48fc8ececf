package io.meshwatch.web;

import io.meshwatch.engine.OpeningProgress;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The page's listener from the first moment on: while the store is being opened it says how far that is, then it hands every request
 * to the page and the APIs. Closing it ends the listener.
 */
public final class Front implements HttpHandler, AutoCloseable {
  private static final String RETRY_SECONDS = "2";

  private final OpeningProgress progress;
  private final Environment environment;
  private final HttpListener listener;
  private volatile @Nullable HttpHandler whenReady;
  private boolean closed;

  /** Opens the listener. */
  public Front(Environment environment, ListenerSpec spec, OpeningProgress progress) {
    this.environment = environment;
    this.progress = progress;
    this.listener = environment.listeners().open(spec, this);
  }

  /** From now on these answer. */
  void show(HttpHandler routes) {
    whenReady = routes;
  }

  int port() {
    return listener.port();
  }

  OpeningProgress progress() {
    return progress;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    HttpHandler routes = whenReady;
    if (routes != null) {
      routes.handle(request, reply);
      return;
    }
    switch (request.path()) {
      case "/-/healthy" -> reply.send("text/plain; charset=utf-8", "meshwatch is Healthy.\n");
      case "/metrics" -> OwnMetrics.send(environment.telemetry(), request, reply);
      case "/api/v1/status/walreplay" -> ReplayApi.answer(progress, reply);
      default -> sayStarting(request, reply);
    }
  }

  private void sayStarting(HttpRequest request, HttpReply reply) throws IOException {
    reply.status(503).header("Retry-After", RETRY_SECONDS);
    if (request.path().startsWith("/api/")) {
      ApiErrors.error(reply, 503, "unavailable", text());
    } else if (request.path().startsWith("/-/")) {
      reply.send("text/plain; charset=utf-8", text() + "\n");
    } else {
      reply.send("text/html; charset=utf-8", "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\""
          + RETRY_SECONDS + "\"><title>meshwatch is starting</title></head><body><h1>meshwatch is starting</h1><p>" + text()
          + "</p><p>This page reloads by itself.</p></body></html>");
    }
  }

  private String text() {
    return switch (progress.state()) {
      case "in progress" -> "meshwatch is starting: reading segment " + progress.current() + " of the write-ahead log, "
          + progress.first() + " to " + progress.last();
      case "done" -> "meshwatch is starting: the write-ahead log is read";
      default -> "meshwatch is starting";
    };
  }

  /** Closing it twice does no harm. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      listener.close();
    }
  }
}
