package io.meshwatch.sonar;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.meshstack.IdentityBrokerSettings;
import io.meshwatch.sonar.meshstack.TimeoutSettings;
import java.util.List;
import java.util.Optional;

/**
 * What Sonar tests, and how. Either the flat form, with {@code username} to {@code targets}, or {@code scopes}, or both.
 *
 * @param username name of the technical user
 * @param password its password
 * @param customer identifier of the customer (workspace)
 * @param project identifier of the project
 * @param scanInterval seconds from the start of a run to the start of the next
 * @param targets platforms of the project
 * @param scopes further technical users with their projects
 * @param apiUrl scheme and host of meshStack's API; empty = those of the access URL
 * @param identityBroker how Sonar logs in
 * @param timeouts how long the parts of a run may take
 * @param replicationDeadlineSeconds how long a replication is followed
 * @param replicationPollSeconds how often it is looked at meanwhile
 * @param youngTenantSeconds a tenant younger than this may still be on its way
 * @param restartSeconds so long within an hour the backend may answer 503 before that counts as broken
 * @param retries how often a run that failed is repeated at once; one that passes then is flaky
 * @param maintenance when things are expected to be broken
 * @param steps steps of the operator's own
 * @param caFile PEM file of the authority that signs the installation's certificates; empty = the JDK's
 * @param concurrentRequestsMax requests that are out at once, over all targets
 * @param history how long runs are kept
 * @param vantagePoint from where this Sonar looks, if several test the same; a label of all its series, taken over at start
 * @param confirmSeconds how soon after its start a first failed run is repeated, a quarter of the interval at most; 0 = never out of turn
 * @param heartbeat whom Sonar tells that it is alive
 * @param domainExpiry how the end of domain registrations is learnt
 */
public record SonarSettings(
    String username,
    Secret password,
    String customer,
    String project,
    long scanInterval,
    List<TargetSettings> targets,
    List<ScopeSettings> scopes,
    Optional<String> apiUrl,
    IdentityBrokerSettings identityBroker,
    TimeoutSettings timeouts,
    double replicationDeadlineSeconds,
    double replicationPollSeconds,
    double youngTenantSeconds,
    double restartSeconds,
    long retries,
    MaintenanceSettings maintenance,
    List<HttpStepSettings> steps,
    Optional<String> caFile,
    long concurrentRequestsMax,
    HistorySettings history,
    Optional<String> vantagePoint,
    double confirmSeconds,
    HeartbeatSettings heartbeat,
    DomainExpirySettings domainExpiry) {
  /** No targets. */
  public static SonarSettings defaults() {
    return new SonarSettings(
        "", Secret.EMPTY, "", "", 60, List.of(), List.of(), Optional.empty(), IdentityBrokerSettings.defaults(), TimeoutSettings.defaults(),
        1800, 5, 1800, 240, 0, MaintenanceSettings.defaults(), List.of(), Optional.empty(), 100, HistorySettings.defaults(),
        Optional.empty(), 30, HeartbeatSettings.defaults(), DomainExpirySettings.defaults());
  }

  /** What is wrong with these settings; empty if nothing is. */
  public List<Problem> check() {
    return new SettingsCheck(this).problems();
  }

  /** Both forms in one: the flat one is a scope with one project. */
  List<ScopeSettings> allScopes() {
    if (username.isEmpty() && customer.isEmpty() && targets.isEmpty()) {
      return scopes;
    }
    ScopeSettings flat = new ScopeSettings(username, password, customer, List.of(new ProjectSettings(project, targets)));
    return java.util.stream.Stream.concat(java.util.stream.Stream.of(flat), scopes.stream()).toList();
  }
}
