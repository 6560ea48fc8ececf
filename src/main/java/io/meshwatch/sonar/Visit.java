package io.meshwatch.sonar;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import io.meshwatch.sonar.meshstack.MeshStackSession;
import io.meshwatch.sonar.meshstack.MeshStackSession.Access;
import io.meshwatch.sonar.meshstack.ReplicationState;
import io.meshwatch.sonar.meshstack.StepFailedException;
import io.meshwatch.sonar.meshstack.Tenant;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One attempt at a journey: does the steps, and keeps what an earlier step found for a later one. Confined to one run. */
final class Visit {
  private final Journey journey;
  private final MeshStackSession session;
  private final Clock clock;
  private final Runnable heartbeat;

  private @Nullable Tenant tenant;
  private @Nullable Access access;
  private ReplicationState replication = ReplicationState.UNKNOWN;
  private Optional<Long> replicationNanos = Optional.empty();
  private final Placeholders placeholders = new Placeholders();
  private int leftovers;

  /**
   * @param run name of the run, for what it makes
   */
  Visit(Journey journey, String run, MeshStackSession session, Clock clock, Runnable heartbeat) {
    this.journey = journey;
    this.session = session;
    this.clock = clock;
    this.heartbeat = heartbeat;
    placeholders.put("customer", journey.target().customer());
    placeholders.put("project", journey.target().project());
    placeholders.put("platform", journey.target().platform());
    placeholders.put("tenantId", "");
    placeholders.put("run", run);
  }

  /** Whether a step has to be done although one before it failed: what was made is taken away, what was not made is not there. */
  boolean mustFollow(Step step) {
    return switch (step) {
      case Step.Logout _ -> true;
      case Step.Request request -> request.settings().always() && placeholders.suffice(request.settings());
      case Step.Login _, Step.ListProjects _, Step.OpenProject _, Step.FindTenant _, Step.OpenPlatform _, Step.FollowReplication _ -> false;
    };
  }

  ReplicationState replication() {
    return replication;
  }

  Optional<Long> replicationNanos() {
    return replicationNanos;
  }

  int leftovers() {
    return leftovers;
  }

  /** Does one step; returns what is worth noting. */
  String perform(Step step) throws StepFailedException, InterruptedException {
    heartbeat.run();
    return switch (step) {
      case Step.Login _ -> login();
      case Step.ListProjects list -> listProjects(list.project());
      case Step.OpenProject open -> openProject(open.project());
      case Step.FindTenant find -> findTenant(find);
      case Step.OpenPlatform open -> openPlatform(open);
      case Step.FollowReplication follow -> followReplication(follow);
      case Step.Request request -> request(request.settings());
      case Step.Logout _ -> logout();
    };
  }

  private String login() throws StepFailedException, InterruptedException {
    session.login();
    return "";
  }

  private String listProjects(String project) throws StepFailedException, InterruptedException {
    String customer = session.customer();
    List<String> projects = session.projects();
    if (!projects.contains(project)) {
      throw notListed(project, customer, projects);
    }
    return customer + ", " + projects.size() + (projects.size() == 1 ? " project" : " projects");
  }

  /** A project that can be opened but is not listed: then it is the list that is wrong, not the user's role. */
  private StepFailedException notListed(String project, String customer, List<String> projects) throws InterruptedException {
    String expected = "project " + project + " among the projects of " + customer;
    String got = projects.isEmpty() ? "no projects" : projects.size() + " other projects";
    try {
      session.openProject(project);
      return failed(FailureClass.CONTRACT, expected, got + ", though the project can be opened", "See what answers in the place of the backend.");
    } catch (StepFailedException closed) {
      return failed(FailureClass.AUTHZ, expected, got, "Give the technical user a role on the project, or correct the project's identifier.");
    }
  }

  private String openProject(String project) throws StepFailedException, InterruptedException {
    session.openProject(project);
    return "";
  }

  private String findTenant(Step.FindTenant find) throws StepFailedException, InterruptedException {
    Tenant found = session.tenant(find.project(), find.platform());
    tenant = found;
    placeholders.put("tenantId", found.platformTenantId());
    return found.platformTenantId().isEmpty() ? "not yet in the platform" : "in the platform as " + found.platformTenantId();
  }

  // ---- access

  private String openPlatform(Step.OpenPlatform open) throws StepFailedException, InterruptedException {
    long start = clock.monotonicNanos();
    Access opened = session.access(open.request(), open.criteria().redirectHosts());
    access = opened;
    double seconds = (clock.monotonicNanos() - start) / 1e9;
    if (open.criteria().accessSecondsMax() > 0 && seconds > open.criteria().accessSecondsMax()) {
      throw failed(FailureClass.SLOW, "access within " + open.criteria().accessSecondsMax() + " s",
          String.format(java.util.Locale.ROOT, "%.2f s", seconds), "See the backend and the platform.");
    }
    if (opened.replication() == ReplicationState.FAILED) {
      return opened.granted() ? "granted, though the replication failed" : "not granted: the replication failed";
    }
    return opened.granted() ? "granted" : "pending: " + opened.replication().label();
  }

  // ---- replication

  /** Looks again and again until the tenant has arrived, has failed, or the deadline is over. */
  private String followReplication(Step.FollowReplication follow) throws StepFailedException, InterruptedException {
    long start = clock.monotonicNanos();
    long deadlineNanos = (long) (follow.deadlineSeconds() * 1e9);
    long pollMillis = Math.max(1, (long) (follow.pollSeconds() * 1000));
    while (true) {
      replication = state();
      long elapsed = clock.monotonicNanos() - start;
      replicationNanos = Optional.of(elapsed);
      if (replication == ReplicationState.SUCCESSFUL) {
        return inTime(follow, elapsed / 1e9);
      }
      if (replication == ReplicationState.FAILED && !isYoung(follow)) {
        return ended(follow, replicationFailed());
      }
      if (elapsed + pollMillis * 1_000_000 > deadlineNanos) {
        return isYoung(follow) ? "still " + replication.label() + ", as may be with a tenant this young" : ended(follow, neverEnded(follow));
      }
      clock.sleep(pollMillis);
      heartbeat.run();
      lookAgain(follow);
    }
  }

  private ReplicationState state() {
    Access opened = required(access, "access");
    ReplicationState stated = opened.replication() == ReplicationState.UNKNOWN ? required(tenant, "tenant").replicationState() : opened.replication();
    // A tenant that has an id in the platform but cannot be entered yet is still on its way.
    return stated == ReplicationState.SUCCESSFUL && !opened.granted() ? ReplicationState.IN_PROGRESS : stated;
  }

  /** Only what had not been settled is asked again: opening the platform starts a replication, asking for the tenant does not. */
  private void lookAgain(Step.FollowReplication follow) throws StepFailedException, InterruptedException {
    tenant = session.again(required(tenant, "tenant"));
    Access opened = required(access, "access");
    if (!opened.granted() || opened.replication() != ReplicationState.UNKNOWN) {
      access = session.access(follow.request(), follow.criteria().redirectHosts());
    }
  }

  private boolean isYoung(Step.FollowReplication follow) {
    return required(tenant, "tenant").createdMillis()
        .map(created -> clock.wallMillis() - created < follow.youngTenantSeconds() * 1000)
        .orElse(false);
  }

  private static String inTime(Step.FollowReplication follow, double seconds) throws StepFailedException {
    double secondsMax = follow.criteria().replicationSecondsMax();
    if (secondsMax > 0 && seconds > secondsMax) {
      throw failed(FailureClass.SLOW, "a replication within " + secondsMax + " s", String.format(java.util.Locale.ROOT, "a successful one after %.0f s", seconds),
          "See the replicator's queue and the platform's limits.");
    }
    return "";
  }

  private Finding replicationFailed() {
    Access opened = required(access, "access");
    String got = opened.granted()
        ? "a failed replication; the platform can still be entered with the sign-in data of an earlier one"
        : "a failed replication; the platform cannot be entered";
    return new Finding(FailureClass.PLATFORM, "a successful replication", got,
        "Read the remarks; see the tenant's replication in the administration area.", 0, "", "", opened.remarks());
  }

  private Finding neverEnded(Step.FollowReplication follow) {
    String deadline = String.format(java.util.Locale.ROOT, "%.0f s", follow.deadlineSeconds());
    return new Finding(FailureClass.PLATFORM, "a replication that ends within " + deadline, "one that is still " + replication.label(),
        "See whether the replicator runs and works off its queue.", 0, "", "", required(access, "access").remarks());
  }

  private static String ended(Step.FollowReplication follow, Finding finding) throws StepFailedException {
    if (follow.criteria().replicationRequired()) {
      throw new StepFailedException(finding);
    }
    return finding.sentence();
  }

  // ---- the operator's own steps

  private String request(HttpStepSettings step) throws StepFailedException, InterruptedException {
    try {
      HttpResult.Answer answer = send(step);
      HttpStepCheck.check(step, answer, clock.wallMillis());
      placeholders.putAll(HttpStepCheck.captured(step, answer));
      return "status " + answer.status();
    } catch (StepFailedException failed) {
      leftovers += step.always() ? 1 : 0;
      throw failed;
    }
  }

  private HttpResult.Answer send(HttpStepSettings step) throws StepFailedException, InterruptedException {
    URI uri = URI.create(placeholders.filledUrl(step.url()));
    boolean ownHost = journey.account().apiUrl().getHost().equalsIgnoreCase(uri.getHost())
        || journey.accessUrl().getHost().equalsIgnoreCase(uri.getHost());
    if (step.withToken() && !ownHost) {
      throw failed(FailureClass.SONAR, "a host of meshStack for a step with the token", String.valueOf(uri.getHost()),
          "Take withToken from the step.");
    }
    List<HttpCall.Header> headers = new ArrayList<>();
    step.headers().forEach(header -> headers.add(new HttpCall.Header(header.name(), placeholders.filled(header.value()))));
    step.secretHeaders().forEach(header -> headers.add(new HttpCall.Header(header.name(), header.value().reveal())));
    return session.send(step.method(), uri, headers, placeholders.filled(step.body()), step.withToken());
  }

  // ---- the end

  /** A session that cannot be ended is no failure for a user: it ends by itself. It is counted. */
  private String logout() throws InterruptedException {
    try {
      if (session.logout()) {
        return "";
      }
      leftovers++;
      return "the session could not be ended";
    } catch (StepFailedException failed) {
      leftovers++;
      return "the session could not be ended: " + failed.finding().sentence();
    }
  }

  private static <T> T required(@Nullable T found, String step) {
    if (found == null) {
      throw new IllegalStateException("step " + step + " comes first in every journey");
    }
    return found;
  }

  private static StepFailedException failed(FailureClass failureClass, String expected, String got, String advice) {
    return new StepFailedException(Finding.of(failureClass, expected, got, advice));
  }
}
