package io.meshwatch.scrape;

import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Targets that are scraped alike.
 *
 * @param name unique; also the {@code job} label unless a target has its own
 * @param intervalSeconds time between two scrapes
 * @param timeoutSeconds most time one scrape may take; at most the interval
 * @param scheme HTTP or HTTPS
 * @param path path of the page
 * @param parameters query parameters; a name may occur several times
 * @param connection credentials and certificates
 * @param formats formats to ask for
 * @param honorLabels whether the target's own {@code job} and {@code instance} win over ours
 * @param honorTimestamps whether timestamps on the page are used
 * @param trackTimestampsStaleness whether series with own timestamps get stale markers, too
 * @param extraMetrics whether timeout, sample limit and size of the page are stored as series beside those of every scrape
 * @param failureLog a file that gets a line for each failed scrape; empty = none
 * @param limits what one scrape may bring
 * @param relabelRules rules that rewrite, keep or drop targets
 * @param metricRelabelRules rules that rewrite, keep or drop series
 * @param targets listed targets
 * @param discovery where further targets are found
 */
public record ScrapeJob(
    String name,
    double intervalSeconds,
    double timeoutSeconds,
    Scheme scheme,
    String path,
    List<TextEntry> parameters,
    ConnectionSettings connection,
    FormatSettings formats,
    boolean honorLabels,
    boolean honorTimestamps,
    boolean trackTimestampsStaleness,
    boolean extraMetrics,
    Optional<String> failureLog,
    ScrapeLimits limits,
    List<RelabelRule> relabelRules,
    List<RelabelRule> metricRelabelRules,
    List<StaticTargets> targets,
    DiscoverySettings discovery) {
  /** How the page is fetched. */
  public enum Scheme {
    HTTP("http"),
    HTTPS("https");

    private final String text;

    Scheme(String text) {
      this.text = text;
    }

    /** As it stands in a URL. */
    public String text() {
      return text;
    }
  }

  public static ScrapeJob defaults() {
    return new ScrapeJob("", 15, 10, Scheme.HTTPS, "/metrics", List.of(), ConnectionSettings.defaults(), FormatSettings.defaults(),
        false, true, false, true, Optional.empty(), ScrapeLimits.defaults(), List.of(), List.of(), List.of(), DiscoverySettings.defaults());
  }

  long intervalMillis() {
    return Math.round(intervalSeconds * 1000);
  }

  long timeoutMillis() {
    return Math.round(timeoutSeconds * 1000);
  }

  /** Everything but where the targets come from: what decides whether running targets may go on as they are. */
  ScrapeJob withoutTargets() {
    return withTargets(List.of()).withDiscovery(DiscoverySettings.defaults());
  }

  public ScrapeJob withTargets(List<StaticTargets> newTargets) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, newTargets, discovery);
  }

  public ScrapeJob withDiscovery(DiscoverySettings newDiscovery) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, newDiscovery);
  }

  public ScrapeJob withName(String newName) {
    return new ScrapeJob(newName, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withTiming(double newIntervalSeconds, double newTimeoutSeconds) {
    return new ScrapeJob(name, newIntervalSeconds, newTimeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withPage(Scheme newScheme, String newPath) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, newScheme, newPath, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withConnection(ConnectionSettings newConnection) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, newConnection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withHonorLabels(boolean honor) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honor,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withLimits(ScrapeLimits newLimits) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, newLimits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withRelabelRules(List<RelabelRule> targetRules, List<RelabelRule> metricRules) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, targetRules, metricRules, targets, discovery);
  }

  public ScrapeJob withParameters(List<TextEntry> newParameters) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, newParameters, connection, formats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withFormats(FormatSettings newFormats) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, newFormats, honorLabels,
        honorTimestamps, trackTimestampsStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withTimestamps(boolean honor, boolean trackStaleness) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels, honor,
        trackStaleness, extraMetrics, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withExtraMetrics(boolean extra) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels, honorTimestamps,
        trackTimestampsStaleness, extra, failureLog, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  public ScrapeJob withFailureLog(Optional<String> file) {
    return new ScrapeJob(name, intervalSeconds, timeoutSeconds, scheme, path, parameters, connection, formats, honorLabels, honorTimestamps,
        trackTimestampsStaleness, extraMetrics, file, limits, relabelRules, metricRelabelRules, targets, discovery);
  }

  /** Mistakes the types cannot express. */
  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    if (name.isEmpty()) {
      problems.add(problem("a scrape job needs a name"));
    }
    if (intervalMillis() < 1) {
      problems.add(problem("intervalSeconds: expected more than 0, got " + intervalSeconds));
    }
    if (timeoutMillis() < 1 || timeoutMillis() > intervalMillis()) {
      problems.add(problem("timeoutSeconds: expected more than 0 and at most the interval of " + intervalSeconds + ", got " + timeoutSeconds));
    }
    ConnectionSettings c = connection;
    if (Stream.of(c.basicAuth(), c.authorization(), c.oauth2()).filter(Optional::isPresent).count() > 1) {
      problems.add(problem("expected one of basicAuth, authorization and oauth2, got more"));
    }
    c.oauth2().flatMap(ConnectionSettings.OAuth2::jwtBearer).ifPresent(b -> b.check().forEach(m -> problems.add(problem("oauth2.jwtBearer: " + m))));
    discovery.kubernetes().forEach(k -> KubernetesDiscovery.check(k).forEach(m -> problems.add(problem("discovery.kubernetes: " + m))));
    relabelRules.forEach(r -> r.check(formats.legacyNamesOnly()).forEach(m -> problems.add(problem("relabelRules: " + m))));
    metricRelabelRules.forEach(r -> r.check(formats.legacyNamesOnly()).forEach(m -> problems.add(problem("metricRelabelRules: " + m))));
    return problems;
  }

  /** Mistakes of all jobs together, with those of each job. */
  public static List<Problem> check(List<ScrapeJob> jobs) {
    List<Problem> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ScrapeJob job : jobs) {
      problems.addAll(job.check());
      if (!names.add(job.name)) {
        problems.add(job.problem("there are two scrape jobs of this name"));
      }
    }
    return problems;
  }

  private Problem problem(String message) {
    return Problem.error("", 0, 0, "scrape job " + Names.quote(name) + ": " + message);
  }
}
