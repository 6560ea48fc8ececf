package io.meshwatch.environment;

import java.util.Optional;

/**
 * A connection to open and to close again.
 *
 * @param host name or IP address
 * @param tls how the certificate is checked; empty = no TLS
 * @param ipVersion 4 or 6 = only addresses of this kind; 0 = whichever the name service gives first
 * @param timeoutMillis for everything together
 */
public record ConnectCall(String host, int port, Optional<TlsTrust> tls, int ipVersion, long timeoutMillis) {}
