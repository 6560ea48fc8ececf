package io.meshwatch.environment;

/** Opens listeners. */
public interface Listeners {
  /** Opens one; throws {@link PortTakenException} if another program has the port. */
  HttpListener open(ListenerSpec spec, HttpHandler handler);

  /** The address is in use. */
  final class PortTakenException extends RuntimeException {
    public PortTakenException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
