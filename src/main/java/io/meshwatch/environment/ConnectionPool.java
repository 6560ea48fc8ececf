package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Kept connections and TLS sessions for one way of trusting.
 *
 * @param client Apache's client, for what goes through proxies or sockets in the file system
 * @param direct the shorter way, for all else
 * @param others the connections of {@code client}
 * @param files of the trust, as they were before the pool was opened; when they are replaced the pool is outdated
 */
record ConnectionPool(
    CloseableHttpClient client, DirectExchange direct, PoolingHttpClientConnectionManager others, TrustFiles files) {
  /** Where the hooks below report to during an exchange. */
  static final ScopedValue<PhaseClock> PHASES = ScopedValue.newInstance();

  /** Under this name the context of an exchange holds its {@link ProxyRoute}, if it has one. */
  static final String PROXY = "meshwatch.proxy";

  private static final int CONNECTIONS_MAX = 20_000;
  static final int CONNECTIONS_PER_HOST_MAX = 100;
  private static final TimeValue IDLE_MAX = TimeValue.ofSeconds(180);

  private static final RequestConfig REQUESTS =
      RequestConfig.custom().setRedirectsEnabled(false).setContentCompressionEnabled(false).setProtocolUpgradeEnabled(false).build();

  /** How requests are sent over a socket in the file system; each such file has connections of its own. */
  static RequestConfig requestsOver(Path socketFile) {
    return RequestConfig.copy(REQUESTS).setUnixDomainSocket(socketFile).build();
  }

  static ConnectionPool open(TlsTrust trust, TrustFiles files) throws IOException {
    TlsSocketStrategy tls = tlsStrategy(trust);
    // The strict policy looks for a connection in a list of all of them; the lax one would not keep tunnels of different logins side by side.
    PoolingHttpClientConnectionManager direct = connections(trust, tls, PoolConcurrencyPolicy.LAX);
    PoolingHttpClientConnectionManager others = connections(trust, tls, PoolConcurrencyPolicy.STRICT);
    var executor = new MeasuredExecutor();
    CloseableHttpClient client = HttpClientBuilder.create()
        .setConnectionManager(others)
        .setRequestExecutor(executor)
        .setRoutePlanner(new ProxiedRoutes())
        .setDefaultRequestConfig(REQUESTS)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableContentCompression()
        .disableDefaultUserAgent()
        .build();
    return new ConnectionPool(client, new DirectExchange(direct, executor, CONNECTIONS_MAX), others, files);
  }

  private static PoolingHttpClientConnectionManager connections(TlsTrust trust, TlsSocketStrategy tls, PoolConcurrencyPolicy policy) {
    return new MeasuredConnections()
        .setDnsResolver(new MeasuredResolver())
        .setTlsSocketStrategy((socket, target, port, attachment, context) -> {
          enter(Phase.TLS);
          return tls.upgrade(socket, trust.serverName().orElse(target), port, attachment, context);
        })
        .setDefaultConnectionConfig(ConnectionConfig.custom()
            .setConnectTimeout(Timeout.ofMinutes(5)) // The deadline of the whole exchange is what counts.
            .setSocketTimeout(Timeout.DISABLED) // Nor does a read have its own limit: that would set and cancel a timer each time.
            .setTimeToLive(TimeValue.ofHours(1))
            .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
            .build())
        .setPoolConcurrencyPolicy(policy)
        .setMaxConnTotal(CONNECTIONS_MAX)
        .setMaxConnPerRoute(CONNECTIONS_PER_HOST_MAX)
        .build();
  }

  /** Closes connections that nobody used for long. */
  void closeIdle() {
    direct.closeIdle(IDLE_MAX);
    others.closeExpired();
    others.closeIdle(IDLE_MAX);
  }

  private static void enter(Phase phase) {
    if (PHASES.isBound()) {
      PHASES.get().enter(phase);
    }
  }

  private static TlsSocketStrategy tlsStrategy(TlsTrust trust) throws IOException {
    SSLContext context = sslContext(trust);
    @Nullable String @Nullable [] protocols = trust.protocols().orElse(null);
    return trust.insecureSkipVerify()
        ? new DefaultClientTlsStrategy(context, protocols, null, SSLBufferMode.STATIC, HostnameVerificationPolicy.CLIENT, NoopHostnameVerifier.INSTANCE)
        : new DefaultClientTlsStrategy(context, protocols, null, SSLBufferMode.STATIC, HostnameVerificationPolicy.BUILTIN, null);
  }

  /** The JDK's side of a way of trusting, its files read now. */
  static SSLContext sslContext(TlsTrust trust) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(trust), trustManagers(trust), null);
      return context;
    } catch (KeyManagementException e) {
      throw new IOException("cannot set up TLS: " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use the certificates configured for TLS: " + e.getMessage(), e);
    }
  }

  private static KeyManager @Nullable [] keyManagers(TlsTrust trust) throws IOException, GeneralSecurityException {
    Optional<Pem> certificate = pem(trust.certificateFile(), Secret.of(trust.texts().certificate()), "the certificate in the configuration");
    Optional<Pem> key = pem(trust.keyFile(), trust.texts().key(), "the key in the configuration");
    if (certificate.isEmpty() || key.isEmpty()) {
      return null;
    }
    KeyStore keys = Pem.keyStore(certificate.get(), key.get());
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, new char[0]);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trustManagers(TlsTrust trust) throws IOException, GeneralSecurityException {
    if (trust.insecureSkipVerify()) {
      return new TrustManager[] {new TrustEverything()};
    }
    Optional<Pem> authorities = pem(trust.caFile(), Secret.of(trust.texts().ca()), "the authority in the configuration");
    if (authorities.isEmpty()) {
      return null;
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities.get().trustStore());
    return factory.getTrustManagers();
  }

  private static Optional<Pem> pem(Optional<Path> file, Secret text, String source) throws IOException {
    return file.isPresent() ? Optional.of(Pem.of(file.get())) : text.isEmpty() ? Optional.empty() : Optional.of(new Pem(text, source));
  }

  /** Whether the other side hung up, which is what a kept connection that went stale looks like. */
  static boolean isClosedByPeer(Exception failure) {
    return failure instanceof NoHttpResponseException
        || failure instanceof ConnectionClosedException
        || failure instanceof SocketException;
  }

  void close() {
    client.close(CloseMode.GRACEFUL);
    direct.close();
  }

  /** Tells when a connection is opened, as no name is looked up for a socket in the file system. */
  private static final class MeasuredConnections extends PoolingHttpClientConnectionManagerBuilder {
    @Override
    protected HttpClientConnectionOperator createConnectionOperator(SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
      Lookup<TlsSocketStrategy> secured = scheme -> URIScheme.HTTPS.same(scheme) ? tls : null;
      return new DefaultHttpClientConnectionOperator(ports, names, secured) {
        @Override
        protected void onBeforeSocketConnect(HttpContext context, HttpHost endpoint) {
          enter(Phase.CONNECT);
        }
      };
    }
  }

  private static final class MeasuredResolver extends SystemDefaultDnsResolver {
    @Override
    public InetAddress[] resolve(@Nullable String host) throws UnknownHostException {
      enter(Phase.RESOLVE);
      InetAddress[] found = super.resolve(host);
      enter(Phase.CONNECT);
      return found;
    }
  }

  private static final class MeasuredExecutor extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request, HttpClientConnection connection, @Nullable HttpResponseInformationCallback information, HttpContext context)
        throws IOException, HttpException {
      enter(Phase.SEND);
      if (isConnect(request) && context.getAttribute(PROXY) instanceof ProxyRoute route) {
        route.headers().forEach(header -> request.addHeader(header.name(), header.value()));
      }
      try {
        connection.sendRequestHeader(request);
        if (request.getEntity() != null) {
          connection.sendRequestEntity(request);
        }
        connection.flush();
        enter(Phase.FIRST_BYTE);
        HttpCoreContext.cast(context).setSSLSession(connection.getSSLSession());
        ClassicHttpResponse response = connection.receiveResponseHeader();
        while (response.getCode() < 200) {
          response = connection.receiveResponseHeader();
        }
        if (isConnect(request) && response.getCode() / 100 != 2) {
          throw new ProxyRefusalException(response.getCode());
        }
        if (hasBody(request, response)) {
          connection.receiveResponseEntity(response);
        }
        return response;
      } catch (IOException | HttpException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }

    private static boolean hasBody(ClassicHttpRequest request, ClassicHttpResponse response) {
      int status = response.getCode();
      return !request.getMethod().equals("HEAD") && !isConnect(request) && status != 204 && status != 304;
    }
  }

  private static boolean isConnect(ClassicHttpRequest request) {
    return request.getMethod().equals("CONNECT");
  }

  /** The way to a host leads over the proxy that the exchange names in its context. */
  private static final class ProxiedRoutes extends DefaultRoutePlanner {
    ProxiedRoutes() {
      super(null);
    }

    @Override
    protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) {
      return context.getAttribute(PROXY) instanceof ProxyRoute route ? route.host() : null;
    }
  }

  private static final class TrustEverything extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
