package io.meshwatch.agent;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Listeners;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
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
  public Agent(Clock clock, Listeners listeners, AgentSettings settings) {
    this(clock, listeners, settings, (user, password) -> user.equals(settings.username())
        && MessageDigest.isEqual(password.getBytes(StandardCharsets.UTF_8), settings.password().reveal().getBytes(StandardCharsets.UTF_8)));
  }

  /** An agent that asks somebody else whether user and password are right. */
  public Agent(Clock clock, Listeners listeners, AgentSettings settings, BiPredicate<String, String> login) {
    this(clock, listeners, settings, login, Map.of());
  }

  /**
   * An agent that also serves other pages of metrics, by path: those of programs in the same process. What is given for {@code /metrics} follows
   * the machine's own there.
   */
  public Agent(
      Clock clock, Listeners listeners, AgentSettings settings, BiPredicate<String, String> login, Map<String, Supplier<byte[]>> otherPages) {
    this.otherPages = Map.copyOf(otherPages);
    metrics = new NodeMetrics(clock, Path.of("/"));
    ListenerSpec.ServerTls tls = new ListenerSpec.ServerTls(Path.of(settings.certificateFile()), Path.of(settings.keyFile()));
    listener = listeners.open(
        new ListenerSpec("agent", settings.host(), settings.port(), Optional.of(tls), Optional.of(login), REQUEST_BYTES_MAX), this::answer);
  }

  /** The port that was bound. */
  public int port() {
    return listener.port();
  }

  private void answer(HttpRequest request, HttpReply reply) throws IOException {
    Supplier<byte[]> other = otherPages.get(request.path());
    if (request.path().equals("/metrics")) {
      byte[] machine = metrics.page();
      reply.status(200).header("Content-Type", CONTENT_TYPE).send(other == null ? machine : joined(machine, other.get()));
    } else if (other != null) {
      reply.status(200).header("Content-Type", CONTENT_TYPE).send(other.get());
    } else {
      reply.status(404).send("text/plain; charset=utf-8", "the metrics are at /metrics\n");
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public void close() {
    listener.close();
    metrics.close();
  }
}
