package io.meshwatch.web;

import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.exposition.NameEscaping;
import io.meshwatch.exposition.Negotiation;
import java.io.IOException;
import java.util.Set;

/** meshwatch's own metrics, in the format that the client likes best: OpenMetrics or text 0.0.4. */
final class OwnMetrics {
  private static final Set<Negotiation.Format> FORMATS =
      Set.of(Negotiation.Format.TEXT, Negotiation.Format.OPENMETRICS_1_0_0, Negotiation.Format.OPENMETRICS_0_0_1);

  private OwnMetrics() {}

  static void send(Telemetry telemetry, HttpRequest request, HttpReply reply) throws IOException {
    Negotiation negotiation = Negotiation.of(request.header("Accept").orElse(""), FORMATS, NameEscaping.UNDERSCORES);
    boolean text = negotiation.format() == Negotiation.Format.TEXT;
    // All of our names are of the old alphabet, so that they are the same whatever escaping is asked for.
    reply.header("Content-Type", negotiation.contentType()).send(text ? telemetry.exposition() : telemetry.openMetrics());
  }
}
