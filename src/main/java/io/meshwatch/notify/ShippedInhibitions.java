package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import java.util.List;

/**
 * The inhibitions that belong to the shipped rules: causes hold back their consequences. Watchdog is never held back, and no alert
 * holds back itself.
 */
final class ShippedInhibitions {
  static final List<InhibitRule> RULES = List.of(
      new InhibitRule(
          "dead host",
          List.of(Matcher.equal("alertname", "NodeDown"), matches("host", ".+")),
          List.of(matches("host", ".+"), differs("alertname", "NodeDown|Watchdog")),
          List.of("host")),
      cause("JobDown", "TargetDown|TargetFlapping|ScrapeSlow|BackupMetricsMissing", "job"),
      new InhibitRule(
          "critical twin",
          List.of(Matcher.equal("severity", "critical")),
          List.of(differs("alertname", "Watchdog"), matches("severity", "warning|info")),
          List.of("alertname", "job", "instance", "host", "mountpoint", "device", "platform", "feed", "database", "target", "domain")),
      cause("NodeFilesystemFull", "NodeFilesystemLow|NodeFilesystemFillsSoon", "instance", "mountpoint"),
      cause("NodeMemoryPressure", "NodeMemoryLow", "instance"),
      cause("JvmHeapAfterGcHigh", "JvmGcOverhead|JvmGcPauseLong", "job", "instance"),
      cause("AppCrashLooping", "TargetFlapping|TargetDown", "job", "instance"),
      cause("MariaDbDown",
          "DbPoolExhausted|Keycloak.*|Spring.*|Subscription.*|Sonar(Target|Login|Api)Failing|Api.*Burn|LogErrorBurst", "env"),
      cause("MariaDbConnectionsRefused", "DbPoolExhausted|KeycloakDbPoolExhausted|MariaDbConnectionsNearLimit", "env"),
      cause("MariaDbReplicationBroken", "MariaDbReplicationLag", "job", "instance"),
      cause("KeycloakDown", "Keycloak(Login|No|Token|Db).*|Sonar(Target|Login|Api)Failing|SpringErrorRateHigh|TargetDown", "env"),
      cause("KeycloakNoSuccessfulLogins", "KeycloakLoginFailureSpike", "job", "realm"),
      cause("RabbitResourceAlarm", "RabbitQueueBacklog|RabbitConsumersStuck|RabbitListenerFailing|RabbitNearLimit", "env"),
      cause("RabbitQueueWithoutConsumer", "RabbitQueueBacklog", "job", "vhost", "queue"),
      cause("ProbeFailed", "ProbeSlow|ProbeFlaky", "job", "instance"),
      cause("ApiErrorBudgetFastBurn", "ApiErrorBudgetSlowBurn|SpringErrorRateHigh", "job"),
      cause("SubscriptionStuck", "SubscriptionStale", "job", "feed"),
      cause("BackupFailed", "BackupTooOld|BackupNeverSucceeded", "instance", "database"),
      cause("SonarHeartbeatLost", "SonarNotRunning", "vantage"),
      cause("SonarNotRunning", "Sonar(Login|Target|Step|Error|Vantage).*", "scope", "platform", "target"),
      cause("SonarLoginFailing", "SonarApiFailing|SonarTarget.*|SonarVantage.*|SonarStepSlow|SonarErrorBudget.*", "scope"),
      cause("SonarApiFailing", "SonarTarget.*|SonarVantage.*|SonarStepSlow|SonarErrorBudget.*", "scope"),
      cause("SonarTargetFailing", "SonarTargetFlaky|SonarVantage.*|SonarStepSlow|SonarErrorBudget.*|SonarReplication.*", "scope", "platform", "target"),
      cause("SonarErrorBudgetFastBurn", "SonarErrorBudgetSlowBurn", "scope", "platform", "target"));

  private ShippedInhibitions() {}

  private static InhibitRule cause(String source, String targets, String... equal) {
    List<Matcher> target = List.of(matches("alertname", targets), differs("alertname", source + "|Watchdog"));
    return new InhibitRule(source, List.of(Matcher.equal("alertname", source)), target, List.of(equal));
  }

  private static Matcher matches(String name, String expression) {
    return new Matcher(name, Matcher.Op.MATCH, expression);
  }

  private static Matcher differs(String name, String expression) {
    return new Matcher(name, Matcher.Op.NOT_MATCH, expression);
  }
}
