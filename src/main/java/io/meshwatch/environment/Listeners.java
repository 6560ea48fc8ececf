package io.meshwatch.environment;

import java.util.function.Consumer;

/** Opens listeners. */
public interface Listeners {
  /** Opens one; throws {@link PortTakenException} if another program has the port. */
  HttpListener open(ListenerSpec spec, HttpHandler handler);

  /** Tells this about every answered request of all listeners from now on; it must be quick. */
  default void onAccess(Consumer<AccessEntry> observer) {}

  /** The address is in use. */
  final class PortTakenException extends RuntimeException {
    public PortTakenException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
