package io.meshwatch.deploy;

import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * How the deployment's credentials are made.
 *
 * @param username user name of scrapes; after a rotation it carries a number, so that old and new are both accepted for a while
 * @param onePasswordForAll whether all targets share one password; else each has its own
 * @param authorityDays how long the certificate authority is valid
 * @param certificateDays how long a server certificate is valid
 * @param overlapSeconds how long the old password is still accepted after a rotation was finished
 */
public record CredentialSettings(
    String username, boolean onePasswordForAll, int authorityDays, int certificateDays, long overlapSeconds) {

  public static CredentialSettings defaults() {
    return new CredentialSettings("scrape", false, 3_650, 397, 3_600);
  }

  /** What types cannot say. */
  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    if (!username.matches("[A-Za-z0-9._-]{1,64}")) {
      problems.add(Problem.error("", 0, 0, "username: expected 1 to 64 letters, digits, dots, dashes or underscores, got '" + username + "'"));
    }
    if (authorityDays < 1 || certificateDays < 1) {
      problems.add(Problem.error("", 0, 0, "authorityDays and certificateDays: expected at least 1"));
    } else if (certificateDays > authorityDays) {
      problems.add(Problem.error("", 0, 0, "certificateDays: expected at most authorityDays (" + authorityDays + "), got " + certificateDays));
    }
    if (overlapSeconds < 0) {
      problems.add(Problem.error("", 0, 0, "overlapSeconds: expected 0 or more, got " + overlapSeconds));
    }
    return problems;
  }
}
