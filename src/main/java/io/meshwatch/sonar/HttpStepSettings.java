package io.meshwatch.sonar;

import io.meshwatch.model.Secret;
import java.util.List;

/**
 * A step of the operator's own: one request, and what its answer must be. It runs after the replication and before the logout.
 * URL, header values and body may hold {@code {customer}}, {@code {project}}, {@code {platform}}, {@code {tenantId}}, {@code {run}} and what
 * earlier steps captured.
 *
 * @param name the step's name, in lower case: {@code open_console}
 * @param method GET, POST…
 * @param url absolute
 * @param headers sent with it
 * @param secretHeaders sent with it and shown nowhere
 * @param body sent with it
 * @param withToken whether the token goes with it; only to the hosts of the API and the access URL
 * @param statuses the statuses that are good; empty = any from 200 to 299
 * @param json what the JSON of the answer must be; a path that is not there fails
 * @param responseHeaders what headers of the answer must be
 * @param secondsMax how long it may take; 0 = any time within the timeouts
 * @param certificateDaysMin days that the certificate must still be valid
 * @param platforms platforms whose journeys have it; empty = all
 * @param capture what later steps are told of the answer
 * @param always whether it also runs when a step before it failed, to take away what earlier steps made
 */
public record HttpStepSettings(
    String name,
    String method,
    String url,
    List<HeaderSettings> headers,
    List<SecretHeaderSettings> secretHeaders,
    String body,
    boolean withToken,
    List<Long> statuses,
    List<JsonExpectation> json,
    List<HeaderExpectation> responseHeaders,
    double secondsMax,
    long certificateDaysMin,
    List<String> platforms,
    List<CaptureSettings> capture,
    boolean always) {
  public static HttpStepSettings defaults() {
    return new HttpStepSettings("", "GET", "", List.of(), List.of(), "", false, List.of(), List.of(), List.of(), 0, 0, List.of(), List.of(), false);
  }

  /**
   * A header to send.
   *
   * @param name its name
   * @param value its value
   */
  public record HeaderSettings(String name, String value) {}

  /**
   * A header to send whose value is a secret.
   *
   * @param name its name
   * @param value its value
   */
  public record SecretHeaderSettings(String name, Secret value) {}

  /**
   * A value of the answer that later steps use.
   *
   * @param name as {@code {name}} in later steps
   * @param path where it stands in the JSON; a path that is not there fails
   */
  public record CaptureSettings(String name, String path) {}

  /**
   * What a value in the answer's JSON must be.
   *
   * @param path such as {@code status.items[0].name}
   * @param comparison how it is compared
   * @param value with what; for lengths and numbers, a number as text
   */
  public record JsonExpectation(String path, Comparison comparison, String value) {
    public static JsonExpectation defaults() {
      return new JsonExpectation("", Comparison.EXISTS, "");
    }
  }

  /**
   * What a header of the answer must be.
   *
   * @param name its name
   * @param matches regular expression (RE2) for the whole value
   */
  public record HeaderExpectation(String name, String matches) {}

  /** How a value is compared. */
  public enum Comparison {
    /** It is there and not null. */
    EXISTS,
    /** Its text is this. */
    EQUALS,
    /** Its whole text matches this regular expression (RE2). */
    MATCHES,
    /** It is a number, at least this. */
    AT_LEAST,
    /** It is a number, at most this. */
    AT_MOST,
    /** It is a list, text or object of at least this length. */
    LENGTH_AT_LEAST
  }
}
