package io.meshwatch.sonar;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.sonar.meshstack.Json;
import java.io.IOException;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Asks a registry when the registration of a domain ends. Safe for all threads.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9082">RFC 9082, the question</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9083#section-4.5">RFC 9083, events in the answer</a>
 */
final class RdapClient {
  private static final long TIMEOUT_MILLIS = 20_000;
  private static final long ANSWER_BYTES_MAX = 1 << 20;

  private final Network network;
  private final String base;

  RdapClient(Network network, String base) {
    this.network = network;
    this.base = base.replaceAll("/+$", "");
  }

  /**
   * A domain that somebody registered.
   *
   * @param name of the domain
   * @param endsMillis when the registration ends
   */
  record Registration(String name, long endsMillis) {}

  /**
   * The registration to which a host's name belongs: of the name itself or the nearest domain above it. Empty if no registry knows one.
   *
   * @throws IOException with the reason in one sentence if the service does not answer, or not with what was asked for
   */
  Optional<Registration> registration(String host) throws IOException, InterruptedException {
    String name = host.toLowerCase(Locale.ROOT);
    while (name.contains(".")) {
      HttpResult.Answer answer = ask(name);
      if (answer.status() == 200) {
        return Optional.of(new Registration(name, end(name, answer)));
      }
      // Some registries call a name below a registered one malformed instead of unknown.
      if (answer.status() != 404 && answer.status() != 400) {
        throw new IOException(URI.create(base).getHost() + " answers " + answer.status() + " when asked for " + name);
      }
      name = name.substring(name.indexOf('.') + 1);
    }
    return Optional.empty();
  }

  private HttpResult.Answer ask(String name) throws IOException, InterruptedException {
    HttpCall call = HttpCall.get(URI.create(base + "/domain/" + name), TlsTrust.PUBLIC)
        .header("Accept", "application/rdap+json, application/json;q=0.8")
        .withLimits(TIMEOUT_MILLIS, ANSWER_BYTES_MAX)
        .withRedirects(true);
    return switch (network.exchange(call)) {
      case HttpResult.Failure failure -> throw new IOException(failure.message());
      case HttpResult.Answer answer -> answer;
    };
  }

  private static long end(String name, HttpResult.Answer answer) throws IOException {
    List<JsonNode> events = Json.parse(answer.text()).stream().flatMap(json -> json.path("events").valueStream()).toList();
    for (JsonNode event : events) {
      if (Json.firstText(event, "eventAction").equals("expiration")) {
        return millis(name, Json.firstText(event, "eventDate"));
      }
    }
    throw new IOException("the registry of " + name + " does not say when the registration ends");
  }

  private static long millis(String name, String date) throws IOException {
    try {
      return OffsetDateTime.parse(date).toInstant().toEpochMilli();
    } catch (DateTimeParseException notADate) {
      throw new IOException("the registry of " + name + " names a date that is none: " + date, notADate);
    }
  }
}
