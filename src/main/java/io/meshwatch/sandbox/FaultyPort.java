package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.ListenerSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An HTTPS port that faults can close or give a wrong certificate: it is closed and opened again when that changes, on the port it
 * got first. Guarded by this.
 */
final class FaultyPort implements AutoCloseable {
  private final Listeners listeners;
  private final ListenerSpec spec;
  private final HttpHandler handler;
  private final Condition condition;
  private int port;
  private @Nullable HttpListener open;
  private Optional<ListenerSpec.ServerTls> openedWith = Optional.empty();

  /** What the faults ask of this port now. */
  interface Condition {
    /** Whether connections are to be refused. */
    boolean closed();

    /** The certificate to serve instead of the right one; empty for the right one. */
    Optional<ListenerSpec.ServerTls> wrongCertificate();
  }

  FaultyPort(Listeners listeners, ListenerSpec spec, HttpHandler handler, Condition condition) {
    this.listeners = listeners;
    this.spec = spec;
    this.handler = handler;
    this.condition = condition;
    this.port = spec.port();
    refresh();
  }

  synchronized int port() {
    return port;
  }

  /** Brings the port into the state the faults ask for. */
  synchronized void refresh() {
    Optional<ListenerSpec.ServerTls> certificate = condition.wrongCertificate().or(spec::tls);
    boolean changed = condition.closed() || !certificate.equals(openedWith);
    if (open != null && changed) {
      open.close();
      open = null;
    }
    if (open == null && !condition.closed()) {
      open = listeners.open(
          new ListenerSpec(spec.name(), spec.host(), port, certificate, spec.login(), spec.requestBodyBytesMax()), handler);
      openedWith = certificate;
      port = open.port();
    }
  }

  @Override
  public synchronized void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
