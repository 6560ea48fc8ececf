package io.meshwatch.environment;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's side of the JDK's TLS. A certificate that is replaced is shown to the next who connects. Safe for all threads. */
final class ServerTlsSockets {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTlsSockets.class);
  private static final long CHECK_MILLIS = 5_000;
  /** The JDK's own limit is 20,480; most clients resume by tickets, which cost the server nothing. */
  private static final int SESSIONS_MAX = 100;

  private final String name;
  private final CertificateFiles files;
  private final Clock clock;
  private SSLContext context;
  private long checkedAtMillis;

  /** Throws if the certificate cannot be used. */
  ServerTlsSockets(String name, ListenerSpec.ServerTls files, Clock clock) {
    this.name = name;
    this.files = new CertificateFiles(files);
    this.clock = clock;
    this.context = load();
    this.checkedAtMillis = clock.wallMillis();
  }

  /** Speaks TLS over a connection that was accepted; closing it closes that. Shakes hands when it is first read. */
  SSLSocket over(Socket connection) throws IOException {
    return (SSLSocket) current().getSocketFactory().createSocket(connection, null, true);
  }

  private synchronized SSLContext current() {
    long now = clock.wallMillis();
    if (Math.abs(now - checkedAtMillis) >= CHECK_MILLIS) {
      checkedAtMillis = now;
      if (files.changed()) {
        reload();
      }
    }
    return context;
  }

  private void reload() {
    try {
      context = load();
      LOG.info("{}: new certificate from {}", name, files);
    } catch (IllegalStateException e) {
      LOG.warn("{}: keeps the old certificate: {}", name, e.getMessage());
    }
  }

  private SSLContext load() {
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(files.keyStore(), new char[0]);
      SSLContext fresh = SSLContext.getInstance("TLS");
      fresh.init(keys.getKeyManagers(), null, null);
      fresh.getServerSessionContext().setSessionCacheSize(SESSIONS_MAX);
      return fresh;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot use certificate " + files + ": " + e.getMessage(), e);
    }
  }
}
