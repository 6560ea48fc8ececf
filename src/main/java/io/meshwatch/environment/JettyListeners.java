package io.meshwatch.environment;

import java.net.BindException;
import java.util.function.Consumer;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners on Jetty. A request stays on the platform thread that read it from its connection, computing included: handing it to a
 * virtual thread and from there to a computing one cost more than most answers.
 */
final class JettyListeners implements Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(JettyListeners.class);
  private static final long IDLE_TIMEOUT_MILLIS = 120_000;
  /** How long running requests may go on when a listener closes. */
  private static final long STOP_TIMEOUT_MILLIS = 2_000;
  private static final int ACCEPT_QUEUE = 512;
  private static final int THREADS_MIN = 4;
  private static final int THREAD_IDLE_MILLIS = 60_000;
  /** Accepting, selecting, and telling those who ask too much to come back. */
  private static final int THREADS_BESIDE_REQUESTS = 12;
  /** Further ones wait to be accepted; this also bounds what waits for a thread. */
  private static final int CONNECTIONS_MAX = 10_000;
  private static final long CERTIFICATE_CHECK_MILLIS = 5_000;

  private final Timers timers;
  private final Clock clock;
  private volatile Consumer<AccessEntry> observer = entry -> {};

  JettyListeners(Timers timers, Clock clock) {
    this.timers = timers;
    this.clock = clock;
  }

  @Override
  public void onAccess(Consumer<AccessEntry> newObserver) {
    observer = newObserver;
  }

  @Override
  public HttpListener open(ListenerSpec spec, HttpHandler handler) {
    Server server = new Server(threads(spec.name()));
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    // Empty segments name nothing on a disk here; the handler says what becomes of them.
    configuration.setUriCompliance(UriCompliance.DEFAULT.with("empty segments", UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT));
    @Nullable CertificateFiles files = spec.tls().map(CertificateFiles::new).orElse(null);
    SslContextFactory.@Nullable Server tls = files == null ? null : sslContext(files);
    ServerConnector connector = connector(server, configuration, tls);
    connector.setHost(spec.host());
    connector.setPort(spec.port());
    connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, connector));
    JettyBridge bridge = new JettyBridge(spec, handler, clock, entry -> observer.accept(entry));
    server.setHandler(bridge);
    // Jetty's own grace would also wait for connections that are kept but idle.
    server.setStopTimeout(0);
    start(server, spec);
    Timers.@Nullable Timer reload = files == null || tls == null ? null : watchCertificate(spec, tls, files);
    return new JettyListener(server, connector, bridge, reload);
  }

  private static QueuedThreadPool threads(String name) {
    QueuedThreadPool threads = new QueuedThreadPool(JettyBridge.REQUESTS_MAX + THREADS_BESIDE_REQUESTS, THREADS_MIN, THREAD_IDLE_MILLIS);
    threads.setName(name);
    threads.setDaemon(true);
    threads.setStopTimeout(STOP_TIMEOUT_MILLIS);
    return threads;
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration configuration, SslContextFactory.@Nullable Server tls) {
    if (tls == null) {
      return new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
    }
    // Names are checked by clients; a request by IP address has no SNI name that could match.
    configuration.addCustomizer(new SecureRequestCustomizer(false));
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol("http/1.1");
    return new ServerConnector(
        server,
        1,
        1,
        new SslConnectionFactory(tls, alpn.getProtocol()),
        alpn,
        new HTTP2ServerConnectionFactory(configuration),
        new HttpConnectionFactory(configuration));
  }

  private static SslContextFactory.Server sslContext(CertificateFiles files) {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSniRequired(false);
    tls.setKeyStorePassword("");
    tls.setKeyStore(files.keyStore());
    return tls;
  }

  private static void start(Server server, ListenerSpec spec) {
    try {
      server.start();
    } catch (Exception e) {
      stopQuietly(server);
      if (isBindFailure(e)) {
        throw new PortTakenException(
            "port " + spec.port() + " on " + spec.host() + " (" + spec.name() + ") is in use by another program", e);
      }
      throw new IllegalStateException("cannot listen on " + spec.host() + ":" + spec.port() + ": " + e.getMessage(), e);
    }
  }

  private static boolean isBindFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private Timers.Timer watchCertificate(ListenerSpec spec, SslContextFactory.Server tls, CertificateFiles files) {
    return timers.every("certificate-" + spec.name(), CERTIFICATE_CHECK_MILLIS, 0, dueMillis -> {
      if (files.changed()) {
        reload(spec, tls, files);
      }
    });
  }

  private static void reload(ListenerSpec spec, SslContextFactory.Server tls, CertificateFiles files) {
    try {
      tls.reload(context -> context.setKeyStore(files.keyStore()));
      LOG.info("{}: new certificate from {}", spec.name(), files);
    } catch (Exception e) {
      LOG.warn("{}: keeps the old certificate: {}", spec.name(), e.getMessage());
    }
  }

  private static void stopQuietly(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      LOG.debug("stopping a listener failed", e);
    }
  }

  private record JettyListener(Server server, ServerConnector connector, JettyBridge bridge, Timers.@Nullable Timer reload)
      implements HttpListener {
    @Override
    public int port() {
      return connector.getLocalPort();
    }

    @Override
    public void close() {
      if (reload != null) {
        reload.cancel(false);
      }
      bridge.refuseAndAwaitIdle(STOP_TIMEOUT_MILLIS);
      stopQuietly(server);
    }
  }
}
