package io.meshwatch.web;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.AnchoredPattern;
import java.io.IOException;
import java.util.Optional;

/**
 * Lets pages of other origins ask Prometheus' API, as Prometheus' {@code --web.cors.origin} does. Credentials are never allowed
 * along: a foreign page asks with what it knows itself.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">CORS protocol</a>
 */
final class CrossOrigin implements HttpHandler {
  private static final String EVERYONE = ".*";
  private static final String API = "/api/v1/";

  private final String origins;
  private final AnchoredPattern allowed;
  private final HttpHandler handler;

  /** With the origins that may ask, as a regular expression for the whole origin; {@code .*} is everyone. */
  CrossOrigin(String origins, HttpHandler handler) {
    this.origins = origins;
    this.allowed = AnchoredPattern.compile(origins);
    this.handler = handler;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    boolean api = request.path().startsWith(API);
    if (api) {
      request.header("Origin").filter(origin -> !origin.isEmpty()).ifPresent(origin -> allow(origin, reply));
    }
    if (api && request.method().equals("OPTIONS")) {
      reply.status(204).send(new byte[0]);
    } else {
      handler.handle(request, reply);
    }
  }

  private void allow(String origin, HttpReply reply) {
    Optional<String> answer = origins.equals(EVERYONE) ? Optional.of("*") : Optional.of(origin).filter(allowed::matches);
    answer.ifPresent(value -> reply
        .header("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin")
        .header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
        .header("Access-Control-Allow-Origin", value)
        .header("Access-Control-Expose-Headers", "Date")
        .header("Vary", "Origin"));
  }
}
