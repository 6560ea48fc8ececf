package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** What stands between a client and the backend: its gateway, and everything that can go wrong on the way. */
final class FaultyHandler implements HttpHandler {
  private final Clock clock;
  private final Faults faults;
  private final HttpHandler inner;

  FaultyHandler(Clock clock, Faults faults, HttpHandler inner) {
    this.clock = clock;
    this.faults = faults;
    this.inner = inner;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    Optional<Faults.ActiveFault> slow = faults.active(FaultKind.API_SLOW);
    if (slow.isPresent()) {
      clock.sleep((long) (slow.get().number("delaySeconds") * 1000));
    }
    if (faults.isActive(FaultKind.API_RESTART)) {
      reply.status(503).send("text/html", "<html><head><title>503 Service Temporarily Unavailable</title></head></html>\n");
    } else if (faults.isActive(FaultKind.CONTRACT_HTML)) {
      reply.status(200).send("text/html;charset=utf-8", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n");
    } else if (faults.isActive(FaultKind.CONNECTION_DROPPED)) {
      inner.handle(request, new HalvedReply(reply, true));
    } else if (faults.isActive(FaultKind.CONTRACT_MALFORMED_JSON)) {
      inner.handle(request, new HalvedReply(reply, false));
    } else {
      inner.handle(request, reply);
    }
  }

  /** Sends only the first half of a body; then ends as if all were well, or cuts the connection. */
  private record HalvedReply(HttpReply reply, boolean cut) implements HttpReply {
    @Override
    public HttpReply status(int status) {
      reply.status(status);
      return this;
    }

    @Override
    public HttpReply header(String name, String value) {
      reply.header(name, value);
      return this;
    }

    @Override
    public void send(byte[] body) throws IOException {
      byte[] half = Arrays.copyOf(body, body.length / 2);
      if (!cut) {
        reply.send(half);
        return;
      }
      OutputStream out = reply.stream();
      out.write(half);
      out.flush();
      reply.abort();
    }

    @Override
    public void send(String contentType, String body) throws IOException {
      reply.header("Content-Type", contentType);
      send(body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public OutputStream stream() throws IOException {
      return reply.stream();
    }

    @Override
    public void abort() {
      reply.abort();
    }
  }
}
