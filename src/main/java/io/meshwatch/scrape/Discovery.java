package io.meshwatch.scrape;

import java.util.List;

/** Finds targets; asked again and again on its own timer. */
interface Discovery extends AutoCloseable {
  /** For logs: what is asked. */
  String name();

  long refreshMillis();

  /** All targets it knows now. Throws {@link DiscoveryException} if it cannot say: what was found before stays in force. */
  List<TargetGroup> find() throws InterruptedException;

  /** Ends whatever goes on between two questions. */
  @Override
  default void close() {}

  /** Targets could not be looked up. The message says why in one sentence. */
  final class DiscoveryException extends RuntimeException {
    DiscoveryException(String message) {
      super(message);
    }
  }
}
