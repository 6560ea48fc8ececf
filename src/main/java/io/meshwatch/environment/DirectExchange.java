package io.meshwatch.environment;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An exchange straight with its host: a kept connection is taken or one is opened, the request goes out, the answer is read, the connection goes back.
 * Apache's client does this in a chain that also knows proxies, logins, cookies, redirects and retries; for a scrape, which has none of them, the chain
 * cost more than TLS.
 */
final class DirectExchange {
  /** The deadline of the whole exchange is what counts. */
  private static final Timeout LEASE_MAX = Timeout.ofMinutes(5);

  private static final HttpProcessor HEADERS = new DefaultHttpProcessor(new RequestContent(), new RequestTargetHost());

  private final PoolingHttpClientConnectionManager connections;
  private final HttpRequestExecutor executor;
  private final int connectionsMax;

  /**
   * @param connections with the lax policy, which bounds the connections of each host
   * @param connectionsMax bound of the connections of all hosts
   */
  DirectExchange(PoolingHttpClientConnectionManager connections, HttpRequestExecutor executor, int connectionsMax) {
    this.connections = connections;
    this.executor = executor;
    this.connectionsMax = connectionsMax;
  }

  /** Sends a request, which can be cancelled meanwhile, and gives the answer to the handler while its connection is open. */
  <T> T run(HttpUriRequestBase request, HttpClientContext context, HttpClientResponseHandler<T> handler) throws IOException {
    try {
      HttpHost host = RoutingSupport.normalize(RoutingSupport.determineHost(request), DefaultSchemePortResolver.INSTANCE);
      ConnectionEndpoint connection = lease(request, new HttpRoute(host, null, host.getSchemeName().equals("https")));
      TimeValue kept = null;
      try {
        request.setDependency(() -> {
          connection.close(CloseMode.IMMEDIATE);
          return true;
        });
        if (!connection.isConnected()) {
          makeRoom();
          connections.connect(connection, null, context);
        }
        HEADERS.process(request, request.getEntity(), context);
        ClassicHttpResponse response = connection.execute("", request, executor::execute, context);
        T result = handler.handleResponse(response);
        EntityUtils.consume(response.getEntity());
        kept = keptFor(request, response, context);
        return result;
      } finally {
        if (kept == null) {
          connection.close(CloseMode.IMMEDIATE);
        }
        connections.release(connection, null, kept);
      }
    } catch (HttpException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Closes connections that nobody uses if there are too many; this exchange's own, still to be opened, is counted already. */
  private void makeRoom() throws IOException {
    if (isOver()) {
      connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
      if (isOver()) {
        throw new IOException("no connection is free: " + connectionsMax + " are in use");
      }
    }
  }

  private boolean isOver() {
    PoolStats stats = connections.getTotalStats();
    return stats.getLeased() + stats.getAvailable() > connectionsMax;
  }

  /** Whether it remembers more hosts than it could have connections to: the pool forgets none. */
  boolean remembersTooMany() {
    return connections.getRoutes().size() > connectionsMax;
  }

  /** Closes connections that nobody used for so long. */
  void closeIdle(TimeValue longest) {
    connections.closeExpired();
    connections.closeIdle(longest);
  }

  void close() {
    connections.close(CloseMode.GRACEFUL);
  }

  private ConnectionEndpoint lease(HttpUriRequestBase request, HttpRoute route) throws IOException {
    LeaseRequest lease = connections.lease("", route, LEASE_MAX, null);
    request.setDependency(lease);
    try {
      return lease.get(LEASE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a connection", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("no connection is free: " + e.getMessage(), e);
    }
  }

  /** How long the connection may be used again; null if it may not. */
  private static @Nullable TimeValue keptFor(HttpUriRequestBase request, ClassicHttpResponse response, HttpClientContext context) {
    return DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context)
        ? DefaultConnectionKeepAliveStrategy.INSTANCE.getKeepAliveDuration(response, context)
        : null;
  }
}
