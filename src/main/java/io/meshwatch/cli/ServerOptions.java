package io.meshwatch.cli;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which running meshwatch a command speaks to, and the talk itself. */
final class ServerOptions {
  private static final String DEFAULT_URL = "http://127.0.0.1:9480";
  private static final long TIMEOUT_MILLIS = 150_000;
  private static final long BODY_BYTES_MAX = 256L << 20;

  @Option(names = "--url", paramLabel = "URL", description = "running meshwatch, default " + DEFAULT_URL)
  private String url = DEFAULT_URL;

  @Option(names = "--user", paramLabel = "NAME", description = "user for Basic auth; the password is read from MESHWATCH_PASSWORD")
  private @Nullable String user;

  @Option(names = "--ca", paramLabel = "FILE", description = "certificates (PEM) that are trusted")
  private @Nullable Path ca;

  /** What the server said. */
  record Answer(int status, JsonNode json) {
    boolean isFine() {
      return status / 100 == 2;
    }

    /** The server's reason for refusing. */
    String reason() {
      return json.isString() ? json.asString() : json.path("error").asString("the server answered " + status);
    }

    /** Prints why the server refused; the exit code of a refusal. */
    int refused(PrintWriter err) {
      err.println("meshwatch: " + reason());
      return ExitCode.NO;
    }
  }

  Answer get(String path, Map<String, String> parameters) throws InterruptedException {
    String query = parameters.entrySet().stream()
        .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    return exchange(HttpCall.get(uri(path + (query.isEmpty() ? "" : "?" + query)), trust()));
  }

  Answer post(String path, JsonNode body) throws InterruptedException {
    return exchange(HttpCall.post(uri(path), "application/json", body.toString().getBytes(StandardCharsets.UTF_8), trust()));
  }

  Answer delete(String path) throws InterruptedException {
    HttpCall get = HttpCall.get(uri(path), trust());
    return exchange(new HttpCall("DELETE", get.uri(), get.headers(), get.body(), get.basicAuth(), get.trust(), get.timeoutMillis(),
        get.bodyBytesMax(), false));
  }

  private TlsTrust trust() {
    return Optional.ofNullable(ca).map(TlsTrust::ca).orElse(TlsTrust.PUBLIC);
  }

  private URI uri(String path) {
    try {
      return URI.create(url.replaceAll("/+$", "") + path);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--url: expected an address such as " + DEFAULT_URL + ", got " + url, e);
    }
  }

  private Answer exchange(HttpCall call) throws InterruptedException {
    HttpCall limited = call.withLimits(TIMEOUT_MILLIS, BODY_BYTES_MAX);
    if (user != null) {
      limited = limited.withBasicAuth(user, Secret.of(Optional.ofNullable(System.getenv("MESHWATCH_PASSWORD")).orElse("")));
    }
    try (SystemEnvironment system = new SystemEnvironment()) {
      return switch (system.environment().network().exchange(limited)) {
        case HttpResult.Failure failure -> throw new CommandFailedException(failure.message() + "; is meshwatch running there? (--url)");
        case HttpResult.Answer answer -> new Answer(answer.status(), json(answer));
      };
    }
  }

  private JsonNode json(HttpResult.Answer answer) {
    if (answer.bodyLength() == 0) {
      return JsonMapper.shared().createObjectNode();
    }
    try {
      return JsonMapper.shared().readTree(answer.body(), 0, answer.bodyLength());
    } catch (JacksonException e) {
      throw new CommandFailedException(url + " answered " + answer.status() + " without JSON; is it a meshwatch?", e);
    }
  }
}
