package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/** Says in one sentence, for an operator at night, why an exchange failed. */
final class FailureText {
  private FailureText() {}

  static String timeout(URI uri, Phase phase, long timeoutMillis) {
    String doing = switch (phase) {
      case RESOLVE -> "while looking up the host";
      case CONNECT -> "while connecting";
      case TLS -> "during the TLS handshake";
      case SEND -> "while sending the request";
      case BODY, BODY_LIMIT -> "in the middle of the body";
      case FIRST_BYTE, TIMEOUT -> "while waiting for the answer";
    };
    return hostAndPort(uri) + " did not answer within " + seconds(timeoutMillis) + " (" + doing + ")";
  }

  private static String seconds(long millis) {
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis / 1000.0 + " s";
  }

  /** The phase to blame: the exception knows better than the clock where connecting and TLS are concerned. */
  static Phase phase(Exception failure, Phase during) {
    if (failure instanceof UnknownHostException) {
      return Phase.RESOLVE;
    }
    if (failure instanceof ConnectException || failure instanceof ProxyRefusalException || failure instanceof NoRouteToHostException) {
      return Phase.CONNECT;
    }
    return failure instanceof SSLException && during != Phase.BODY ? Phase.TLS : during;
  }

  static String of(Exception failure, URI uri, TlsTrust trust) {
    String where = hostAndPort(uri);
    return switch (failure) {
      case UnknownHostException e -> "host " + uri.getHost() + " was not found";
      case ProxyRefusalException e -> "the proxy refused a tunnel to " + where + " (" + e.status() + ")";
      case ConnectException e -> "connection to " + where + " was refused";
      case NoRouteToHostException e -> "no route to " + where;
      case SSLException e -> ofTls(e, uri, trust);
      case NoHttpResponseException e -> where + " closed the connection without an answer";
      case ConnectionClosedException e -> where + " closed the connection in the middle of the answer";
      case InterruptedIOException e -> where + " stopped answering";
      case SocketException e -> "connection to " + where + " broke: " + e.getMessage();
      case HttpException e -> where + " did not answer in HTTP: " + e.getMessage();
      default -> where + ": " + failure.getMessage();
    };
  }

  private static String ofTls(SSLException failure, URI uri, TlsTrust trust) {
    String where = hostAndPort(uri);
    CertificateExpiredException expired = find(failure, CertificateExpiredException.class);
    if (expired != null) {
      return "the certificate of " + where + " has expired: " + expired.getMessage();
    }
    CertificateNotYetValidException early = find(failure, CertificateNotYetValidException.class);
    if (early != null) {
      return "the certificate of " + where + " is not valid yet: " + early.getMessage();
    }
    if (find(failure, CertPathBuilderException.class) != null || find(failure, CertPathValidatorException.class) != null) {
      String authority = trust.caFile().map(file -> "the authority in " + file.getFileName()).orElse("a known authority");
      return "the certificate of " + where + " is not signed by " + authority;
    }
    CertificateException wrongName = find(failure, CertificateException.class);
    if (wrongName != null || failure instanceof SSLPeerUnverifiedException) {
      String name = trust.serverName().orElse(uri.getHost());
      String reason = wrongName == null ? failure.getMessage() : wrongName.getMessage();
      return "the certificate of " + where + " is not for " + name + ": " + reason;
    }
    String message = String.valueOf(failure.getMessage());
    return message.contains("plaintext connection") || message.contains("Unsupported or unrecognized SSL message")
        ? where + " does not speak TLS on this port"
        : "TLS handshake with " + where + " failed: " + message;
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> kind) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.isInstance(cause)) {
        return kind.cast(cause);
      }
    }
    return null;
  }

  private static String hostAndPort(URI uri) {
    int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return uri.getHost() + ":" + port;
  }
}
