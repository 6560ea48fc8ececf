package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.Account;
import io.meshwatch.sonar.meshstack.MeshStackSession.AccessRequest;
import io.meshwatch.sonar.meshstack.TimeoutSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is done for one target, completely: two equal journeys are the same work, so that a reload can leave it alone.
 *
 * @param target which target
 * @param account who does it
 * @param accessUrl the access URL
 * @param steps in order
 * @param criteria when a run is good
 * @param intervalMillis from start to start
 * @param timeouts how long the parts may take
 * @param retries how often a failed run is repeated at once
 * @param caFile whom to trust
 */
public record Journey(
    TargetKey target,
    Account account,
    URI accessUrl,
    List<Step> steps,
    SuccessCriteria criteria,
    long intervalMillis,
    TimeoutSettings timeouts,
    int retries,
    Optional<String> caFile) {
  /** The journeys of checked settings, one per target. */
  public static List<Journey> of(SonarSettings settings) {
    List<Journey> journeys = new ArrayList<>();
    Map<String, Integer> scopes = new HashMap<>();
    for (ScopeSettings scope : settings.allScopes()) {
      int number = scopes.merge(scope.customer(), 1, Integer::sum);
      String name = number == 1 ? scope.customer() : scope.customer() + "-" + number;
      for (ProjectSettings project : scope.projects()) {
        project.targets().forEach(target -> journeys.add(of(settings, scope, name, project, target)));
      }
    }
    return List.copyOf(journeys);
  }

  private static Journey of(SonarSettings settings, ScopeSettings scope, String scopeName, ProjectSettings project, TargetSettings target) {
    URI accessUrl = URI.create(target.url());
    URI apiUrl = settings.apiUrl().map(URI::create).orElse(URI.create(accessUrl.getScheme() + "://" + accessUrl.getAuthority()));
    TargetKey key = new TargetKey(scopeName, scope.customer(), project.projectName(), target.platformName());
    AccessRequest request = new AccessRequest(accessUrl, target.accessMethod());
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.Login());
    steps.add(new Step.ListProjects(project.projectName()));
    steps.add(new Step.OpenProject(project.projectName()));
    steps.add(new Step.FindTenant(project.projectName(), target.platformName()));
    steps.add(new Step.OpenPlatform(request, target.criteria()));
    steps.add(new Step.FollowReplication(request, target.criteria(), settings.replicationDeadlineSeconds(), settings.replicationPollSeconds(),
        settings.youngTenantSeconds()));
    settings.steps().stream()
        .filter(step -> step.platforms().isEmpty() || step.platforms().contains(target.platformName()))
        .forEach(step -> steps.add(new Step.Request(step)));
    steps.add(new Step.Logout());
    return new Journey(
        key, new Account(apiUrl, scope.username(), scope.password(), scope.customer(), settings.identityBroker()), accessUrl, List.copyOf(steps),
        target.criteria(), settings.scanInterval() * 1000, settings.timeouts(), (int) settings.retries(), settings.caFile());
  }
}
