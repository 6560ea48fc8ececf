package io.meshwatch.config;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * Who may use the page and the APIs.
 *
 * @param users names with passwords; none = no login
 * @param pushUsers who may push metrics to {@code /metrics/job/…} and nothing else; none = whoever may use the page
 * @param certificateFile PEM certificate chain; with it the page is served over HTTPS
 * @param keyFile its private key, PEM
 * @param queryTimeoutSeconds longest time for one query
 * @param querySamplesMax most samples one query may hold
 * @param corsOrigin which pages of other origins may ask Prometheus' API: a regular expression for the whole origin
 */
public record WebSettings(
    List<User> users,
    List<User> pushUsers,
    Optional<String> certificateFile,
    Optional<String> keyFile,
    double queryTimeoutSeconds,
    long querySamplesMax,
    String corsOrigin) {
  /**
   * One login.
   *
   * @param name the user
   * @param password plain, or as a bcrypt hash
   */
  public record User(String name, Secret password) {}

  public static WebSettings defaults() {
    return new WebSettings(List.of(), List.of(), Optional.empty(), Optional.empty(), 120, 50_000_000, ".*");
  }
}
