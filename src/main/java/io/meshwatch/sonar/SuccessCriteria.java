package io.meshwatch.sonar;

import java.util.List;

/**
 * When a run of a target is good, beyond that every step went through.
 *
 * @param redirectHosts hosts (or parents of hosts) to which the access URL may send the user to sign in
 * @param accessSecondsMax how long opening the platform may take; 0 = any time within the timeouts
 * @param runSecondsMax how long a whole run may take, without following the replication; 0 = any time
 * @param certificateDaysMin days that every certificate must still be valid; 0 = valid is enough
 * @param replicationSecondsMax how long a replication may take; 0 = as long as it is followed
 * @param replicationRequired whether the replication must be successful; if not, it is only measured
 */
public record SuccessCriteria(
    List<String> redirectHosts,
    double accessSecondsMax,
    double runSecondsMax,
    long certificateDaysMin,
    double replicationSecondsMax,
    boolean replicationRequired) {
  public static SuccessCriteria defaults() {
    return new SuccessCriteria(List.of(), 0, 0, 0, 0, true);
  }
}
