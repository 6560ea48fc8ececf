package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.model.Problem;
import io.meshwatch.sonar.Diagnosis.Outcome;
import io.meshwatch.sonar.meshstack.Account;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import io.meshwatch.sonar.meshstack.MeshStackSession;
import io.meshwatch.sonar.meshstack.MeshStackSession.Access;
import io.meshwatch.sonar.meshstack.MeshStackSession.AccessRequest;
import io.meshwatch.sonar.meshstack.Redactor;
import io.meshwatch.sonar.meshstack.StepFailedException;
import io.meshwatch.sonar.meshstack.Tenant;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks, one after the other, everything that must be in place before Sonar can test, and names what is missing and what to do about it:
 * with some identity providers the technical user that Sonar needs cannot be had, and then it should say so instead of just failing. Changes
 * nothing, except that opening a platform may start a replication. Confined to one thread.
 */
public final class Doctor {
  private static final int REQUESTS_MAX = 4;

  private final JourneyRunner runner;
  private final List<Diagnosis> diagnoses = new ArrayList<>();

  public Doctor(Environment environment) {
    this.runner = new JourneyRunner(environment, new ApiMemory(), new ExchangeGate(REQUESTS_MAX, environment.clock()));
  }

  /** All preconditions of these settings, in the order in which they build on one another. */
  public List<Diagnosis> examine(SonarSettings settings) throws InterruptedException {
    diagnoses.clear();
    if (!settingsHold(settings.check())) {
      return List.copyOf(diagnoses);
    }
    List<Journey> journeys = Journey.of(settings);
    Set<String> reachable = examineHosts(journeys);
    Map<String, List<Journey>> byScope = new LinkedHashMap<>();
    journeys.forEach(journey -> byScope.computeIfAbsent(journey.target().scope(), s -> new ArrayList<>()).add(journey));
    for (List<Journey> scope : byScope.values()) {
      examineScope(scope, reachable);
    }
    return List.copyOf(diagnoses);
  }

  private boolean settingsHold(List<Problem> problems) {
    for (Problem problem : problems) {
      add("configuration", "settings", problem.warning() ? Outcome.DOUBTFUL : Outcome.MISSING, problem.message(), "Correct the configuration.");
    }
    if (problems.isEmpty()) {
      add("configuration", "settings", Outcome.HOLDS, "no mistakes", "");
    }
    return problems.stream().allMatch(Problem::warning);
  }

  // ---- hosts

  private Set<String> examineHosts(List<Journey> journeys) throws InterruptedException {
    Map<String, Journey> hosts = new LinkedHashMap<>();
    Map<String, URI> addresses = new LinkedHashMap<>();
    for (Journey journey : journeys) {
      for (URI uri : List.of(journey.account().apiUrl(), journey.accessUrl())) {
        hosts.putIfAbsent(uri.getAuthority(), journey);
        addresses.putIfAbsent(uri.getAuthority(), uri.resolve("/mesh/info"));
      }
    }
    Set<String> reachable = new LinkedHashSet<>();
    for (Map.Entry<String, Journey> host : hosts.entrySet()) {
      if (examineHost(host.getKey(), host.getValue(), required(addresses, host.getKey()))) {
        reachable.add(host.getKey());
      }
    }
    return reachable;
  }

  private static URI required(Map<String, URI> addresses, String host) {
    URI uri = addresses.get(host);
    if (uri == null) {
      throw new IllegalStateException("every host has an address");
    }
    return uri;
  }

  /** One request tells all: the class of its failure says how far it came. */
  private boolean examineHost(String host, Journey journey, URI address) throws InterruptedException {
    Redactor redactor = new Redactor();
    MeshStackSession session = runner.session(journey, redactor);
    Finding finding = null;
    try {
      session.send("GET", address, List.of(), "", false);
    } catch (StepFailedException failed) {
      finding = failed.finding().redacted(redactor);
    }
    List<FailureClass> layers = List.of(FailureClass.DNS, FailureClass.TCP, FailureClass.TLS, FailureClass.SLOW);
    int broken = finding == null ? layers.size() : layers.indexOf(finding.failureClass());
    List<String> names = List.of("dns", "connection", "certificate", "answer in time");
    for (int i = 0; i < names.size(); i++) {
      if (finding != null && i == broken) {
        add(host, names.get(i), Outcome.MISSING, finding.got(), finding.advice());
      } else {
        add(host, names.get(i), i < broken ? Outcome.HOLDS : Outcome.NOT_CHECKED, "", "");
      }
    }
    return finding == null;
  }

  // ---- scopes

  private void examineScope(List<Journey> journeys, Set<String> reachable) throws InterruptedException {
    Journey first = journeys.getFirst();
    Account account = first.account();
    String user = account.username().isEmpty() ? "client " + account.broker().clientId() : account.username();
    Examination examination = new Examination(first);
    boolean in = examination.check(user, "identity broker", () -> "found at " + examination.session.issuer())
        && examination.check(user, grantName(account), () -> {
          examination.session.login();
          return "got a token";
        });
    if (!in) {
      add(user, "customer", Outcome.NOT_CHECKED, "", "");
    } else {
      examination.check(user, "customer", () -> examination.session.customer() + " is visible");
    }
    for (Journey journey : journeys) {
      examineTarget(journey, examination, in && reachable.contains(journey.accessUrl().getAuthority()));
    }
    examination.logout();
  }

  private static String grantName(Account account) {
    return switch (account.broker().grant()) {
      case PASSWORD -> "technical user and password grant";
      case LOGIN_FORM -> "technical user and login form";
      case CLIENT_CREDENTIALS -> "client credentials";
      case API_KEY, API_KEY_FORM -> "API key";
    };
  }

  private void examineTarget(Journey journey, Examination examination, boolean possible) throws InterruptedException {
    String subject = journey.target().name();
    String project = journey.target().project();
    boolean holds = possible && examination.check(subject, "project", () -> {
      examination.session.openProject(project);
      return "visible";
    });
    if (holds) {
      examination.check(subject, "tenant", () -> tenant(examination.session.tenant(project, journey.target().platform())));
      examination.check(subject, "access URL", () -> access(journey, examination.session));
    } else {
      for (String check : possible ? List.of("tenant", "access URL") : List.of("project", "tenant", "access URL")) {
        add(subject, check, Outcome.NOT_CHECKED, "", "");
      }
    }
  }

  private static String tenant(Tenant tenant) {
    return tenant.platformTenantId().isEmpty() ? "exists, not yet in the platform" : "exists, in the platform as " + tenant.platformTenantId();
  }

  private static String access(Journey journey, MeshStackSession session) throws StepFailedException, InterruptedException {
    Access access = session.access(new AccessRequest(journey.accessUrl(), "GET"), journey.criteria().redirectHosts());
    return access.granted() ? "the platform can be entered" : "answers; replication is " + access.replication().label();
  }

  private void add(String subject, String check, Outcome outcome, String detail, String advice) {
    diagnoses.add(new Diagnosis(subject, check, outcome, detail, advice));
  }

  /** A step of the examination; says what it found. */
  private interface Probe {
    String look() throws StepFailedException, InterruptedException;
  }

  /** One user's session and what is found in it. */
  private final class Examination {
    private final Redactor redactor = new Redactor();
    private final MeshStackSession session;

    Examination(Journey journey) {
      this.session = runner.session(journey, redactor);
    }

    boolean check(String subject, String name, Probe probe) throws InterruptedException {
      try {
        add(subject, name, Outcome.HOLDS, redactor.text(probe.look()), "");
        return true;
      } catch (StepFailedException failed) {
        Finding finding = failed.finding().redacted(redactor);
        add(subject, name, Outcome.MISSING, finding.sentence(), finding.advice());
        return false;
      }
    }

    void logout() throws InterruptedException {
      try {
        session.logout();
      } catch (StepFailedException failed) {
        add("session", "logout", Outcome.DOUBTFUL, failed.finding().redacted(redactor).sentence(), "The session ends by itself.");
      }
    }
  }
}
