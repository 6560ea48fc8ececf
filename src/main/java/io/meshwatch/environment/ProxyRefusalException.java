package io.meshwatch.environment;

import java.io.IOException;

/** A proxy does not open a tunnel; the message ends with its status. */
final class ProxyRefusalException extends IOException {
  private final int status;

  ProxyRefusalException(int status) {
    super("the proxy refused a tunnel (" + status + ")");
    this.status = status;
  }

  int status() {
    return status;
  }
}
