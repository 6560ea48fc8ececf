package io.meshwatch.agent;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** Serves {@code /metrics} of this machine over HTTPS with Basic auth. Opening it opens its port; closing it closes that. */
public final class Agent implements AutoCloseable {
  private static final int REQUEST_BYTES_MAX = 64 << 10;
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final NodeMetrics metrics;
  private final HttpListener listener;
  private final Map<String, Supplier<byte[]>> otherPages;

  /** An agent that takes the settings' user and password. */
  public Agent(Environment environment, AgentSettings settings) {
    this(environment, settings, (user, password) -> user.equals(settings.username())
        && MessageDigest.isEqual(password.getBytes(StandardCharsets.UTF_8), settings.password().reveal().getBytes(StandardCharsets.UTF_8)));
  }

  /** An agent that asks somebody else whether user and password are right. */
  public Agent(Environment environment, AgentSettings settings, BiPredicate<String, String> login) {
    this(environment, settings, login, Map.of());
  }

  /** An agent that also serves other pages of metrics, by path: those of programs in the same process. */
  public Agent(
      Environment environment, AgentSettings settings, BiPredicate<String, String> login, Map<String, Supplier<byte[]>> otherPages) {
    this.otherPages = Map.copyOf(otherPages);
    metrics = new NodeMetrics(environment.clock(), Path.of("/"));
    ListenerSpec.ServerTls tls = new ListenerSpec.ServerTls(Path.of(settings.certificateFile()), Path.of(settings.keyFile()));
    listener = environment.listeners().open(
        new ListenerSpec("agent", settings.host(), settings.port(), Optional.of(tls), Optional.of(login), REQUEST_BYTES_MAX), this::answer);
  }

  /** The port that was bound. */
  public int port() {
    return listener.port();
  }

  private void answer(HttpRequest request, HttpReply reply) throws IOException {
    if (request.path().equals("/metrics")) {
      reply.status(200).header("Content-Type", CONTENT_TYPE).send(metrics.page());
      return;
    }
    Supplier<byte[]> other = otherPages.get(request.path());
    if (other != null) {
      reply.status(200).header("Content-Type", CONTENT_TYPE).send(other.get());
    } else {
      reply.status(404).send("text/plain; charset=utf-8", "the metrics are at /metrics\n");
    }
  }

  @Override
  public void close() {
    listener.close();
    metrics.close();
  }
}
