package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Opens one connection, shakes hands, and closes it. Confined to one thread. */
final class SocketProbe {
  private final ConnectCall call;
  private final PhaseClock phases;
  private final long deadlineNanos;
  private final Clock clock;
  private Optional<String> address = Optional.empty();

  SocketProbe(ConnectCall call, Clock clock) {
    this.call = call;
    this.clock = clock;
    this.phases = new PhaseClock(clock);
    this.deadlineNanos = clock.monotonicNanos() + call.timeoutMillis() * 1_000_000;
  }

  ConnectResult run() {
    try {
      phases.enter(Phase.RESOLVE);
      InetAddress found = resolve();
      address = Optional.of(found.getHostAddress());
      phases.enter(Phase.CONNECT);
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(found, call.port()), leftMillis());
        socket.setSoTimeout(leftMillis());
        Optional<ConnectResult.Tls> tls = call.tls().isPresent() ? Optional.of(handshake(socket, call.tls().get())) : Optional.empty();
        return new ConnectResult(address, tls, Optional.empty(), phases.end());
      }
    } catch (IOException e) {
      return failed(e);
    }
  }

  private InetAddress resolve() throws UnknownHostException {
    for (InetAddress each : InetAddress.getAllByName(call.host())) {
      int version = each instanceof Inet6Address ? 6 : 4;
      if (call.ipVersion() == 0 || call.ipVersion() == version) {
        return each;
      }
    }
    throw new UnknownHostException("no IPv" + call.ipVersion() + " address for " + call.host());
  }

  private int leftMillis() throws SocketTimeoutException {
    long left = (deadlineNanos - clock.monotonicNanos()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("time is over");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  private ConnectResult failed(IOException e) {
    URI uri = URI.create((call.tls().isPresent() ? "https://" : "http://") + bracketed() + ":" + call.port());
    Phase during = phases.phase();
    if (e instanceof SocketTimeoutException) {
      String message = FailureText.timeout(uri, during, call.timeoutMillis());
      return new ConnectResult(address, Optional.empty(), Optional.of(new ConnectResult.Failure(Phase.TIMEOUT, message)), phases.end());
    }
    String message = FailureText.of(e, uri, call.tls().orElse(TlsTrust.PUBLIC));
    return new ConnectResult(address, Optional.empty(), Optional.of(new ConnectResult.Failure(FailureText.phase(e, during), message)), phases.end());
  }

  private String bracketed() {
    return call.host().contains(":") && !call.host().startsWith("[") ? "[" + call.host() + "]" : call.host();
  }

  private ConnectResult.Tls handshake(Socket plain, TlsTrust trust) throws IOException {
    phases.enter(Phase.TLS);
    String name = trust.serverName().orElse(call.host());
    try (SSLSocket socket = (SSLSocket) ConnectionPool.sslContext(trust).getSocketFactory().createSocket(plain, name, call.port(), true)) {
      if (!trust.insecureSkipVerify()) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
      }
      trust.protocols().ifPresent(socket::setEnabledProtocols);
      socket.startHandshake();
      return tls(socket.getSession(), !trust.insecureSkipVerify());
    }
  }

  private static ConnectResult.Tls tls(SSLSession session, boolean checked) throws IOException {
    long earliest = Long.MAX_VALUE;
    Certificate[] shown = session.getPeerCertificates();
    for (Certificate each : shown) {
      earliest = Math.min(earliest, ((X509Certificate) each).getNotAfter().toInstant().toEpochMilli());
    }
    X509Certificate leaf = (X509Certificate) shown[0];
    try {
      String fingerprint = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
      return new ConnectResult.Tls(session.getProtocol().replace("TLSv", "TLS "), earliest, checked ? Optional.of(earliest) : Optional.empty(),
          fingerprint, leaf.getSubjectX500Principal().getName(), leaf.getIssuerX500Principal().getName(), alternativeNames(leaf));
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificate cannot be read: " + e.getMessage(), e);
    }
  }

  private static String alternativeNames(X509Certificate certificate) throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    List<String> texts = new ArrayList<>();
    if (names != null) {
      names.forEach(name -> texts.add(String.valueOf(name.get(1))));
    }
    return String.join(",", texts);
  }
}
