package io.meshwatch.sonar;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.meshstack.Grant;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds every mistake in Sonar's settings that can be seen without asking anybody. Used once, then thrown away. */
final class SettingsCheck {
  private static final int TARGETS_MAX = 10_000;
  private static final int STEPS_MAX = 50;
  static final int DOMAINS_MAX = 50;
  private static final int VANTAGE_CHARACTERS_MAX = 40;
  private static final int CUSTOMER_CHARACTERS_MAX = 16;
  private static final int PROJECT_CHARACTERS_MAX = 30;
  private static final Pattern IDENTIFIER = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final Pattern PLATFORM = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*\\.[a-z0-9]+(-[a-z0-9]+)*");
  private static final Pattern DOMAIN = Pattern.compile("(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]{2,}");
  private static final Pattern SECRET_HEADER = Pattern.compile("(?i)(proxy-)?authorization|cookie|.*(api-?key|token|secret|password).*");
  private static final Pattern CAPTURE_NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,39}");
  private static final Pattern STEP_NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");

  private final SonarSettings settings;
  private final List<Problem> problems = new ArrayList<>();

  SettingsCheck(SonarSettings settings) {
    this.settings = settings;
  }

  List<Problem> problems() {
    checkFlatIsWhole();
    Set<String> targets = new HashSet<>();
    for (int i = 0; i < settings.scopes().size(); i++) {
      checkScope("sonar.scopes[" + i + "]", settings.scopes().get(i), targets);
    }
    if (settings.allScopes().size() > settings.scopes().size()) {
      checkScope("sonar", settings.allScopes().getFirst(), targets);
    }
    if (targets.size() > TARGETS_MAX) {
      error("sonar.targets", "expected at most " + TARGETS_MAX + " targets, got " + targets.size());
    }
    checkTimes();
    checkBroker();
    checkOutside();
    problems.addAll(new MaintenanceCheck(settings.maintenance()).problems());
    checkSteps();
    return List.copyOf(problems);
  }

  private void error(String place, String message) {
    problems.add(Problem.error("", 0, 0, place + ": " + message));
  }

  private void warning(String place, String message) {
    problems.add(Problem.warning("", 0, 0, place + ": " + message));
  }

  // ---- scopes

  private void checkFlatIsWhole() {
    if (settings.allScopes().isEmpty()) {
      warning("sonar", "expected targets or scopes, got neither: nothing will be tested");
    } else if (settings.allScopes().size() > settings.scopes().size() && settings.project().isEmpty()) {
      error("sonar.project", "expected the identifier of a project, got nothing");
    }
  }

  private void checkScope(String place, ScopeSettings scope, Set<String> seen) {
    if (usesPassword()) {
      if (scope.username().isEmpty()) {
        error(place + ".username", "expected the name of the technical user, got nothing");
      }
      if (scope.password().isEmpty()) {
        error(place + ".password", "expected the password of the technical user, got nothing");
      }
    }
    checkIdentifier(place + ".customer", scope.customer(), CUSTOMER_CHARACTERS_MAX);
    boolean flat = place.equals("sonar");
    for (int i = 0; i < scope.projects().size(); i++) {
      ProjectSettings project = scope.projects().get(i);
      String projectPlace = flat ? place : place + ".projects[" + i + "]";
      checkIdentifier(projectPlace + (flat ? ".project" : ".projectName"), project.projectName(), PROJECT_CHARACTERS_MAX);
      if (project.targets().isEmpty()) {
        warning(projectPlace + ".targets", "expected targets, got none: nothing will be tested");
      }
      for (int t = 0; t < project.targets().size(); t++) {
        checkTarget(projectPlace + ".targets[" + t + "]", scope, project, project.targets().get(t), seen);
      }
    }
  }

  private boolean usesPassword() {
    Grant grant = settings.identityBroker().grant();
    return grant == Grant.PASSWORD || grant == Grant.LOGIN_FORM;
  }

  private void checkIdentifier(String place, String identifier, int charactersMax) {
    if (identifier.isEmpty()) {
      error(place, "expected an identifier, got nothing");
    } else if (!IDENTIFIER.matches(identifier)) {
      error(place, "expected lower-case letters, digits and single hyphens between them, got \"" + identifier + "\"");
    } else if (identifier.length() > charactersMax) {
      // Older installations had other limits, so this may be right all the same.
      warning(place, "expected at most " + charactersMax + " characters, got " + identifier.length());
    }
  }

  private void checkTarget(String place, ScopeSettings scope, ProjectSettings project, TargetSettings target, Set<String> seen) {
    if (target.platformName().isEmpty()) {
      error(place + ".platformName", "expected a platform such as \"aws.aws-main\", got nothing");
    } else if (!PLATFORM.matches(target.platformName())) {
      warning(place + ".platformName", "expected platform.location such as \"aws.aws-main\", got \"" + target.platformName() + "\"");
    }
    if (!seen.add(scope.customer() + "." + project.projectName() + "." + target.platformName())) {
      error(place, "expected each platform of a project once, got " + target.platformName() + " again");
    }
    if (!target.accessMethod().equals("GET") && !target.accessMethod().equals("POST")) {
      error(place + ".accessMethod", "expected GET or POST, got \"" + target.accessMethod() + "\"");
    }
    Optional<URI> url = checkUrl(place + ".url", target.url());
    url.ifPresent(u -> checkProjectInUrl(place + ".url", project.projectName(), u));
  }

  /** Segments of an access URL may be names or numbers; only a name that is another project's can be told to be wrong. */
  private void checkProjectInUrl(String place, String project, URI url) {
    String[] segments = url.getPath() == null ? new String[0] : url.getPath().split("/");
    if (segments.length == 0 || !segments[segments.length - 1].equals("access")) {
      warning(place, "expected a URL that ends in /access, got \"" + url.getPath() + "\"");
    }
    for (int i = 0; i + 1 < segments.length; i++) {
      String next = segments[i + 1];
      if (segments[i].equals("projects") && IDENTIFIER.matches(next) && !next.matches("[0-9]+") && !next.equals(project)
          && !next.matches("[0-9a-f]{8}-[0-9a-f-]{27}")) {
        warning(place, "expected the access URL of project " + project + ", got one of project " + next);
      }
    }
  }

  private Optional<URI> checkUrl(String place, String text) {
    if (text.isEmpty()) {
      error(place, "expected a URL, got nothing");
      return Optional.empty();
    }
    if (text.matches("https?//.*")) {
      error(place, "expected \"https://…\", got \"" + text + "\": the colon after https is missing, as in an often copied example");
      return Optional.empty();
    }
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException notAUrl) {
      error(place, "expected a URL, got \"" + text + "\"");
      return Optional.empty();
    }
    boolean http = "http".equals(uri.getScheme());
    if (uri.getHost() == null || (!http && !"https".equals(uri.getScheme()))) {
      error(place, "expected a URL with https and a host, got \"" + text + "\"");
      return Optional.empty();
    }
    if (http) {
      warning(place, "expected https, got http: password and token travel in the clear");
    }
    if (uri.getUserInfo() != null) {
      error(place, "expected a URL without a user, got one with a user before the host");
    }
    return Optional.of(uri);
  }

  // ---- times

  private void checkTimes() {
    if (settings.scanInterval() < 1 || settings.scanInterval() > 86_400) {
      error("sonar.scanInterval", "expected 1 to 86400 seconds, got " + settings.scanInterval());
    } else if (settings.scanInterval() < settings.timeouts().exchangeSeconds()) {
      warning("sonar.scanInterval", "expected at least the " + seconds(settings.timeouts().exchangeSeconds())
          + " that one request may take (timeouts.exchangeSeconds), got " + settings.scanInterval() + ": runs of a slow target are left out");
    }
    checkPositive("sonar.timeouts.resolveSeconds", settings.timeouts().resolveSeconds());
    checkPositive("sonar.timeouts.connectSeconds", settings.timeouts().connectSeconds());
    checkPositive("sonar.timeouts.tlsSeconds", settings.timeouts().tlsSeconds());
    checkPositive("sonar.timeouts.firstByteSeconds", settings.timeouts().firstByteSeconds());
    checkPositive("sonar.timeouts.bodySeconds", settings.timeouts().bodySeconds());
    checkPositive("sonar.timeouts.exchangeSeconds", settings.timeouts().exchangeSeconds());
    checkPositive("sonar.timeouts.stepSeconds", settings.timeouts().stepSeconds());
    checkPositive("sonar.replicationDeadlineSeconds", settings.replicationDeadlineSeconds());
    checkPositive("sonar.replicationPollSeconds", settings.replicationPollSeconds());
    if (!(settings.confirmSeconds() >= 0) || settings.confirmSeconds() > 86_400) {
      error("sonar.confirmSeconds", "expected 0 to 86400 seconds, got " + settings.confirmSeconds());
    }
    checkRange("sonar.retries", settings.retries(), 0, 5);
    checkRange("sonar.concurrentRequestsMax", settings.concurrentRequestsMax(), 1, 10_000);
    checkRange("sonar.history.days", settings.history().days(), 1, 3650);
    checkRange("sonar.history.megabytes", settings.history().megabytes(), 1, 1 << 20);
    settings.apiUrl().ifPresent(url -> checkUrl("sonar.apiUrl", url));
    settings.vantagePoint().filter(name -> name.isBlank() || name.length() > VANTAGE_CHARACTERS_MAX).ifPresent(name ->
        error("sonar.vantagePoint", "expected a name of 1 to " + VANTAGE_CHARACTERS_MAX + " characters, got \"" + name + "\""));
  }

  private static String seconds(double seconds) {
    return (seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds)) + " s";
  }

  private void checkPositive(String place, double seconds) {
    if (!(seconds > 0) || seconds > 86_400) {
      error(place, "expected more than 0 and at most 86400 seconds, got " + seconds);
    }
  }

  private void checkRange(String place, long value, long min, long max) {
    if (value < min || value > max) {
      error(place, "expected " + min + " to " + max + ", got " + value);
    }
  }

  // ---- login

  private void checkBroker() {
    settings.identityBroker().issuer().ifPresent(issuer -> checkUrl("sonar.identityBroker.issuer", issuer));
    if (usesPassword()) {
      return;
    }
    if (settings.identityBroker().clientId().isEmpty()) {
      error("sonar.identityBroker.clientId", "expected the id of a client or API key, got nothing");
    }
    if (settings.identityBroker().clientSecret().isEmpty()) {
      error("sonar.identityBroker.clientSecret", "expected its secret, got nothing");
    }
  }

  // ---- others that are told or asked

  private void checkOutside() {
    if (!settings.heartbeat().url().isEmpty()) {
      checkSecretUrl("sonar.heartbeat.url", settings.heartbeat().url());
      checkPositive("sonar.heartbeat.seconds", settings.heartbeat().seconds());
    }
    settings.domainExpiry().rdapUrl().ifPresent(url -> checkUrl("sonar.domainExpiry.rdapUrl", url));
    if (settings.domainExpiry().rdapUrl().isEmpty() && !settings.domainExpiry().names().isEmpty()) {
      error("sonar.domainExpiry.rdapUrl", "expected whom to ask, such as \"https://rdap.org\", got nothing");
    }
    checkRange("sonar.domainExpiry.names, their number", settings.domainExpiry().names().size(), 0, DOMAINS_MAX);
    for (String name : settings.domainExpiry().names()) {
      if (!DOMAIN.matches(name)) {
        error("sonar.domainExpiry.names", "expected a domain such as \"example.com\", got \"" + name + "\"");
      }
    }
  }

  /** What is wrong with it is said without showing it. */
  private void checkSecretUrl(String place, Secret url) {
    try {
      URI uri = URI.create(url.reveal());
      if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return;
      }
    } catch (IllegalArgumentException notAUrl) {
      // The same message as for a URL without a host.
    }
    error(place, "expected a URL with https and a host, got something else (it is secret, so it is not shown)");
  }

  // ---- own steps

  private void checkSteps() {
    Set<String> names = new HashSet<>(Step.BUILT_IN_NAMES);
    Set<String> captured = new TreeSet<>(Placeholders.BUILT_IN);
    if (settings.steps().size() > STEPS_MAX) {
      error("sonar.steps", "expected at most " + STEPS_MAX + " steps, got " + settings.steps().size());
    }
    for (int i = 0; i < settings.steps().size(); i++) {
      checkStep("sonar.steps[" + i + "]", settings.steps().get(i), names);
      checkPlaceholders("sonar.steps[" + i + "]", settings.steps().get(i), captured);
    }
  }

  private void checkStep(String place, HttpStepSettings step, Set<String> names) {
    if (!STEP_NAME.matches(step.name())) {
      error(place + ".name", "expected lower-case letters, digits and _, at most 40, got \"" + step.name() + "\"");
    } else if (!names.add(step.name())) {
      error(place + ".name", "expected a name that no other step has, got \"" + step.name() + "\"");
    }
    checkUrl(place + ".url", step.url().replaceAll("\\{[a-zA-Z0-9_]+}", "x"));
    for (HttpStepSettings.HeaderSettings header : step.headers()) {
      if (SECRET_HEADER.matches(header.name())) {
        warning(place + ".headers", "expected " + header.name() + " among secretHeaders, where its value is shown nowhere");
      }
    }
    for (int i = 0; i < step.json().size(); i++) {
      checkExpectation(place + ".json[" + i + "]", step.json().get(i));
    }
    for (int i = 0; i < step.responseHeaders().size(); i++) {
      checkPattern(place + ".responseHeaders[" + i + "].matches", step.responseHeaders().get(i).matches());
    }
  }

  /** A step can use what steps before it captured. */
  private void checkPlaceholders(String place, HttpStepSettings step, Set<String> known) {
    for (String name : Placeholders.names(step.url())) {
      if (!known.contains(name)) {
        error(place + ".url", "expected one of " + String.join(", ", known) + " in braces, got {" + name + "}");
      }
    }
    for (HttpStepSettings.CaptureSettings capture : step.capture()) {
      if (!CAPTURE_NAME.matches(capture.name()) || !known.add(capture.name())) {
        error(place + ".capture", "expected a name of letters, digits and _ that nothing else has, got \"" + capture.name() + "\"");
      }
      if (capture.path().isEmpty()) {
        error(place + ".capture", "expected a path such as \"metadata.uuid\", got nothing");
      }
    }
  }

  private void checkExpectation(String place, HttpStepSettings.JsonExpectation expectation) {
    if (expectation.path().isEmpty()) {
      error(place + ".path", "expected a path such as \"status.name\", got nothing");
    }
    switch (expectation.comparison()) {
      case MATCHES -> checkPattern(place + ".value", expectation.value());
      case AT_LEAST, AT_MOST, LENGTH_AT_LEAST -> checkNumber(place + ".value", expectation.value());
      case EXISTS, EQUALS -> { }
    }
  }

  private void checkPattern(String place, String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException wrong) {
      error(place, "expected a regular expression, got \"" + pattern + "\": " + wrong.getDescription());
    }
  }

  private void checkNumber(String place, String text) {
    try {
      Double.parseDouble(text);
    } catch (NumberFormatException notANumber) {
      error(place, "expected a number, got \"" + text + "\"");
    }
  }
}
