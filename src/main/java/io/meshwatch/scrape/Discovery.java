package io.meshwatch.scrape;

import java.util.List;

/** Finds targets; asked again and again on its own timer. */
interface Discovery {
  /** For logs: what is asked. */
  String name();

  long refreshMillis();

  /** All targets it knows now. Throws {@link DiscoveryException} if it cannot say: what was found before stays in force. */
  List<TargetGroup> find() throws InterruptedException;

  /** Targets could not be looked up. The message says why in one sentence. */
  final class DiscoveryException extends RuntimeException {
    DiscoveryException(String message) {
      super(message);
    }
  }
}
