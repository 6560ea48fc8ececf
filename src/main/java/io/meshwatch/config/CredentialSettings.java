package io.meshwatch.config;

import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The deployment's certificates and scrape passwords.
 *
 * @param folder where they lie; empty = {@code credentials} in the data folder. A relative path counts from the data folder
 * @param username user name of scrapes; after a rotation it carries a number, so that old and new are both accepted for a while
 * @param onePasswordForAll whether all targets share one password; else each has its own
 * @param authorityDays how long the certificate authority is valid
 * @param certificateDays how long server certificates are valid
 * @param overlapSeconds how long the old password is still accepted after a rotation was finished
 */
public record CredentialSettings(
    Optional<String> folder, String username, boolean onePasswordForAll, int authorityDays, int certificateDays, long overlapSeconds) {

  public static CredentialSettings defaults() {
    return new CredentialSettings(Optional.empty(), "scrape", false, 3_650, 397, 3_600);
  }

  /** What types cannot say; each message begins with the path of the field. */
  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    if (!username.matches("[A-Za-z0-9._-]{1,64}")) {
      problems.add(problem("username: expected 1 to 64 letters, digits, dots, dashes or underscores, got '" + username + "'"));
    }
    if (authorityDays < 1) {
      problems.add(problem("authorityDays: expected at least 1, got " + authorityDays));
    }
    if (certificateDays < 1 || certificateDays > authorityDays) {
      problems.add(problem("certificateDays: expected 1 to authorityDays (" + authorityDays + "), got " + certificateDays));
    }
    if (overlapSeconds < 0) {
      problems.add(problem("overlapSeconds: expected 0 or more, got " + overlapSeconds));
    }
    return problems;
  }

  private static Problem problem(String message) {
    return Problem.error("", 0, 0, "credentials." + message);
  }
}
