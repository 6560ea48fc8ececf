package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.IdentityBrokerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Simulated time and disk, a fake meshStack and a fake store: all that Sonar touches. */
final class SonarWorld {
  static final long START = 1_767_225_600_000L;
  static final TargetKey TARGET = new TargetKey("my-customer", "my-customer", "my-project", "aws.aws-main");
  static final Path RUNS = Path.of("/data/sonar");

  final SimulatedEnvironment simulated = new SimulatedEnvironment(START);
  final FakeMeshStack meshStack = new FakeMeshStack(simulated.time());
  final FakeStore store = new FakeStore();
  final Environment environment = environment(simulated.environment());
  RunLog runLog = openLog(HistorySettings.defaults());

  private Environment environment(Environment base) {
    return new Environment(base.clock(), base.timers(), base.workers(), meshStack, base.disk(), base.listeners(), base.telemetry());
  }

  RunLog openLog(HistorySettings limits) {
    try {
      return RunLog.open(environment, RUNS, limits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Sonar sonar(SonarSettings settings) {
    Sonar sonar = new Sonar(environment, store, runLog, settings);
    sonar.start();
    return sonar;
  }

  /** One run of the settings' first target. */
  SonarRun run(SonarSettings settings) throws InterruptedException {
    JourneyRunner runner = new JourneyRunner(environment, new ApiMemory(), new ExchangeGate(10, environment.clock()));
    return runner.run(Journey.of(settings).getFirst(), Trigger.SCHEDULE, environment.clock().wallMillis(), () -> { });
  }

  /** Serves other hosts than meshStack's. */
  HttpListener serve(Predicate<String> hosts, HttpHandler handler) {
    meshStack.intercept = call -> hosts.test(call.uri().getHost()) ? exchangeOutside(call) : null;
    return environment.listeners().open(new ListenerSpec("outside", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1024), handler);
  }

  private HttpResult exchangeOutside(HttpCall call) {
    try {
      return simulated.network().exchange(call);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void advanceSeconds(long seconds) {
    simulated.time().advance(seconds * 1000);
  }

  long now() {
    return simulated.time().wallMillis();
  }

  double value(String metric, String... namesAndValues) {
    Labels.Builder labels = TARGET.labels().toBuilder().set(Labels.METRIC_NAME, metric);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return store.at(labels.build(), now());
  }

  /** The flat form with one target. */
  static SonarSettings settings() {
    return flat(60, List.of(target("aws.aws-main")));
  }

  static TargetSettings target(String platform) {
    return new TargetSettings(platform, FakeMeshStack.ACCESS, "GET", SuccessCriteria.defaults());
  }

  /** Without repetitions of a first failure, so that runs are those of the schedule. */
  static SonarSettings flat(long scanInterval, List<TargetSettings> targets) {
    SonarSettings d = SonarSettings.defaults();
    return new SonarSettings(
        FakeMeshStack.USER, Secret.of(FakeMeshStack.PASSWORD), "my-customer", "my-project", scanInterval, targets, List.of(), d.apiUrl(), d.identityBroker(),
        d.timeouts(), d.replicationDeadlineSeconds(), d.replicationPollSeconds(), d.youngTenantSeconds(), d.restartSeconds(), d.retries(), d.maintenance(),
        d.steps(), d.caFile(), d.concurrentRequestsMax(), d.history(), d.vantagePoint(), 0, d.heartbeat(), d.domainExpiry());
  }

  static SonarSettings with(SonarSettings s, IdentityBrokerSettings broker) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), broker,
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings with(SonarSettings s, MaintenanceSettings maintenance) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), maintenance,
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings withSteps(SonarSettings s, HttpStepSettings... steps) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        List.of(steps), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings withConfirmation(SonarSettings s, double confirmSeconds) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), confirmSeconds, s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings with(SonarSettings s, HeartbeatSettings heartbeat) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), heartbeat, s.domainExpiry());
  }

  static SonarSettings with(SonarSettings s, DomainExpirySettings domainExpiry) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), domainExpiry);
  }

  static SonarSettings withRetries(SonarSettings s, long retries) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), retries, s.maintenance(),
        s.steps(), s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings withCaFile(SonarSettings s, String caFile) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(),
        s.steps(), Optional.of(caFile), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  static SonarSettings withGrant(SonarSettings s, Grant grant, String clientId, String clientSecret) {
    IdentityBrokerSettings d = IdentityBrokerSettings.defaults();
    return with(s, new IdentityBrokerSettings(d.issuer(), clientId, Secret.of(clientSecret), grant, d.redirectUrl(), d.scopes(), d.customerScope()));
  }
}
