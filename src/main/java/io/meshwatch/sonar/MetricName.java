package io.meshwatch.sonar;

import io.meshwatch.model.MetricMetadata;

/** Every metric that Sonar writes. The last three are names that meshStack's own monitoring had. */
enum MetricName {
  RUNS_TOTAL("sonar_runs_total", MetricMetadata.Type.COUNTER, "Runs by result; runs in maintenance and while the backend restarts are left out."),
  RUN_TOTAL("sonar_run_total", MetricMetadata.Type.COUNTER, "All runs by result and reason."),
  CONSECUTIVE_FAILURES("sonar_consecutive_failures", MetricMetadata.Type.GAUGE, "Failed runs since the last good one."),
  LAST_RUN("sonar_last_run_timestamp_seconds", MetricMetadata.Type.GAUGE, "When the last conclusive run started, or was last seen to get on."),
  LAST_SUCCESS("sonar_last_success_timestamp_seconds", MetricMetadata.Type.GAUGE, "When the last good run started; 0 = never."),
  RUN_INTERVAL("sonar_run_interval_seconds", MetricMetadata.Type.GAUGE, "From the start of a run to the start of the next."),
  RUN_DURATION("sonar_run_duration_seconds", MetricMetadata.Type.HISTOGRAM, "How long runs took."),
  STEP_SUCCESS("sonar_step_success", MetricMetadata.Type.GAUGE, "Whether the step went through in the last run that reached it."),
  STEP_DURATION("sonar_step_duration_seconds", MetricMetadata.Type.GAUGE, "How long the step took in the last run."),
  STEP_DURATION_HISTOGRAM("sonar_step_duration_histogram_seconds", MetricMetadata.Type.HISTOGRAM, "How long the step took."),
  STEP_PHASE("sonar_step_phase_seconds", MetricMetadata.Type.GAUGE, "What the step's requests spent their time on in the last run."),
  FAILURE_INFO("sonar_failure_info", MetricMetadata.Type.GAUGE, "1 while the target fails, with step and reason."),
  REPLICATION_STATE("sonar_replication_state", MetricMetadata.Type.GAUGE, "1 for the state that was seen last."),
  REPLICATION_DURATION("sonar_replication_duration_seconds", MetricMetadata.Type.HISTOGRAM, "How long successful replications were followed."),
  TOKEN_DURATION("sonar_token_request_duration_seconds", MetricMetadata.Type.GAUGE, "How long the request for the token took in the last run."),
  CERTIFICATE_EXPIRY("sonar_certificate_expiry_timestamp_seconds", MetricMetadata.Type.GAUGE, "When the first certificate of the journey ends."),
  MAINTENANCE("sonar_maintenance", MetricMetadata.Type.GAUGE, "Whether the last run fell into a maintenance window."),
  LEFTOVERS("sonar_leftovers", MetricMetadata.Type.GAUGE, "Sessions that the last run could not end."),
  SCHEDULE_LAG("sonar_schedule_lag_seconds", MetricMetadata.Type.GAUGE, "How much too late the last run started."),
  OVERRUNS_TOTAL("sonar_schedule_overruns_total", MetricMetadata.Type.COUNTER, "Runs left out because the one before still ran."),
  OUTAGE("sonar_outage", MetricMetadata.Type.GAUGE, "1 while what all targets of a scope share, the login or the API, is broken."),
  HEARTBEAT("sonar_heartbeat_timestamp_seconds", MetricMetadata.Type.GAUGE, "When a run last ended, or was last seen to get on."),
  SCAN_INTERVAL("sonar_scan_interval_seconds", MetricMetadata.Type.GAUGE, "From the start of a run to the start of the next, as configured."),
  HEARTBEAT_PINGS_TOTAL("sonar_heartbeat_pings_total", MetricMetadata.Type.COUNTER, "Calls of the service that notices Sonar's silence."),
  HEARTBEAT_PING_SUCCESS("sonar_heartbeat_ping_success", MetricMetadata.Type.GAUGE, "Whether the last of these calls got through."),
  DOMAIN_EXPIRY("sonar_domain_expiry_timestamp_seconds", MetricMetadata.Type.GAUGE, "When the registration of a domain ends."),
  DOMAIN_LOOKUP_SUCCESS("sonar_domain_lookup_success", MetricMetadata.Type.GAUGE, "Whether the registry could be asked for a name."),
  RUNS_IN_FLIGHT("sonar_runs_in_flight", MetricMetadata.Type.GAUGE, "Runs that are under way."),
  REQUESTS_IN_FLIGHT("sonar_requests_in_flight", MetricMetadata.Type.GAUGE, "Requests that are out."),
  TARGETS("sonar_targets", MetricMetadata.Type.GAUGE, "Targets that are tested."),
  BUILD_INFO("sonar_build_info", MetricMetadata.Type.GAUGE, "1, with the version."),
  CONFIG_INFO("sonar_config_info", MetricMetadata.Type.GAUGE, "1, with a hash of the journeys."),
  ACCESS_PROJECT_TOTAL("accessProject_total", MetricMetadata.Type.COUNTER, "Attempts to enter a platform."),
  REPLICATE_PROJECT_TOTAL("replicateProject_total", MetricMetadata.Type.COUNTER, "Replications that were followed."),
  PLATFORM_ACCESS_TOTAL("platform_access_total", MetricMetadata.Type.COUNTER, "Attempts to enter a platform.");

  private final String text;
  private final MetricMetadata.Type type;
  private final String help;

  MetricName(String text, MetricMetadata.Type type, String help) {
    this.text = text;
    this.type = type;
    this.help = help;
  }

  String text() {
    return text;
  }

  MetricMetadata metadata() {
    return new MetricMetadata(type, text.endsWith("_seconds") ? "seconds" : "", help);
  }
}
