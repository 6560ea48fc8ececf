package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import java.util.List;
import java.util.Optional;

/**
 * One request and what came of it.
 *
 * @param startedMillis wall time of the request
 * @param method GET, POST…
 * @param url with its query
 * @param requestHeaders as sent
 * @param requestBody as sent, or empty
 * @param status HTTP status; 0 without an answer
 * @param responseHeaders as received
 * @param responseBody the beginning of the answer's body
 * @param failure why there was no answer; empty if there was one
 * @param phases how long the parts took
 * @param certificateExpiryMillis when the server's certificate ends; empty over plain HTTP
 */
public record Exchange(
    long startedMillis,
    String method,
    String url,
    List<HttpCall.Header> requestHeaders,
    String requestBody,
    int status,
    List<HttpCall.Header> responseHeaders,
    String responseBody,
    String failure,
    HttpResult.Phases phases,
    Optional<Long> certificateExpiryMillis) {
  /** How much of a body is kept as evidence. */
  public static final int BODY_CHARACTERS_MAX = 2048;

  /** This exchange without what came back: enough to ask the same again, not to know what was said. */
  public Exchange summary() {
    List<HttpCall.Header> telling = requestHeaders.stream().filter(header -> !header.name().equals("User-Agent")).toList();
    return new Exchange(startedMillis, method, url, telling, requestBody, status, List.of(), "", failure, phases, certificateExpiryMillis);
  }

  /** This exchange with everything secret replaced and the body cut to its limit, in this order. */
  public Exchange redacted(Redactor redactor) {
    return new Exchange(
        startedMillis, method, redactor.url(url), redactor.headers(requestHeaders), redactor.excerpt(requestBody, BODY_CHARACTERS_MAX),
        status, redactor.headers(responseHeaders), redactor.excerpt(responseBody, BODY_CHARACTERS_MAX), redactor.text(failure), phases,
        certificateExpiryMillis);
  }
}
