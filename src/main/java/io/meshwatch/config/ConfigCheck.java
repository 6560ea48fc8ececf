package io.meshwatch.config;

import io.meshwatch.dhall.DhallBinder;
import io.meshwatch.dhall.Place;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.AlertmanagerFiles;
import io.meshwatch.notify.Installation;
import io.meshwatch.rules.RulePack;
import io.meshwatch.scrape.DeploymentTargets;
import io.meshwatch.scrape.ProbeSettings;
import io.meshwatch.scrape.PrometheusScrapeFile;
import io.meshwatch.scrape.ScrapeJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Mistakes that types cannot tell. The features know them; this puts the place in the file beside the path with which their
 * messages begin, such as {@code sonar.targets[0].url: expected…}.
 */
final class ConfigCheck {
  private static final String NO_FILE = "";

  private final Config config;
  private final Map<String, Place> places;
  private final Set<String> replaced;
  private final Disk disk;
  private final Path folder;
  private final List<Problem> problems = new ArrayList<>();

  ConfigCheck(Config config, DhallBinder.Attempt<Config> attempt, Disk disk, Path folder) {
    this.config = config;
    this.places = attempt.places();
    this.replaced = attempt.replaced();
    this.disk = disk;
    this.folder = folder;
  }

  List<Problem> problems() {
    checkOwn();
    add(NO_FILE, DeploymentTargets.check(config.nodes(), config.components()));
    add(NO_FILE, ProbeSettings.check(config.probes()));
    add(NO_FILE, config.credentials().check());
    add(NO_FILE, ScrapeJob.check(config.scrape().jobs()));
    for (String file : config.scrape().scrapeConfigFiles()) {
      try {
        add(NO_FILE, PrometheusScrapeFile.read(folder.resolve(file), disk).warnings());
      } catch (ProblemsException e) {
        add(NO_FILE, e.problems());
      }
    }
    add(NO_FILE, config.store().check());
    config.sonar().ifPresent(sonar -> add(NO_FILE, sonar.check()));
    add("notification", config.notification().check("notification", new Installation(config.installation(), config.pageUrl(),
        config.operatorAlertAddresses(), config.additionalAlertAddresses(), config.mail())));
    config.notification().alertmanagerFile().ifPresent(file -> {
      try {
        add(NO_FILE, AlertmanagerFiles.load(Path.of(file), disk).warnings());
      } catch (ProblemsException e) {
        add(NO_FILE, e.problems());
      }
    });
    try {
      RulePack.load(config.rules(), disk, folder);
    } catch (ProblemsException e) {
      add(NO_FILE, e.problems());
    }
    return problems;
  }

  private void checkOwn() {
    positive("scrapeInterval", config.scrapeInterval());
    positive("evaluationInterval", config.evaluationInterval());
    config.scrape().timeoutSeconds().filter(timeout -> timeout <= 0 || timeout > config.scrapeInterval()).ifPresent(timeout ->
        error("scrape.timeoutSeconds", "expected more than 0 and at most scrapeInterval (" + config.scrapeInterval() + "), got " + timeout));
    if (!config.listen().matches("(\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+):\\d{1,5}")) {
      error("listen", "expected HOST:PORT, such as 127.0.0.1:9480, got \"" + config.listen() + "\"");
    }
    if (config.web().certificateFile().isPresent() != config.web().keyFile().isPresent()) {
      error("web", "expected certificateFile and keyFile together, got only one");
    }
    config.switches().remarks().forEach(remark -> warning("features", remark));
    checkOrigins();
    boolean someone = !config.operatorAlertAddresses().isEmpty() || !config.additionalAlertAddresses().isEmpty();
    if (someone && config.mail().isEmpty()) {
      warning("additionalAlertAddresses", "there are addresses for alerts but no `mail` relay, so nothing is mailed");
    }
  }

  private void checkOrigins() {
    try {
      AnchoredPattern.compile(config.web().corsOrigin());
    } catch (IllegalArgumentException e) {
      error("web.corsOrigin", "expected a regular expression for the whole origin: " + e.getMessage());
    }
  }

  private void positive(String path, double seconds) {
    if (seconds <= 0) {
      error(path, "expected more than 0 seconds, got " + seconds);
    }
  }

  private void error(String path, String message) {
    add(NO_FILE, List.of(Problem.error("", 0, 0, path + ": " + message)));
  }

  private void warning(String path, String message) {
    add(NO_FILE, List.of(Problem.warning("", 0, 0, path + ": " + message)));
  }

  private void add(String feature, List<Problem> found) {
    for (Problem problem : found) {
      boolean named = !problem.file().isEmpty() && problem.line() == 0 && !feature.isEmpty();
      // Some features give their path as the file, also for fields that stand beside their own.
      boolean beside = named && problem.file().equals(feature) && place(problem.message()).isPresent();
      Problem pathFirst = named
          ? new Problem("", 0, 0, (beside ? "" : problem.file() + ".") + problem.message(), problem.warning())
          : problem;
      if (!repeatsAMistake(pathFirst.message())) {
        problems.add(pathFirst.file().isEmpty() ? placed(pathFirst) : pathFirst);
      }
    }
  }

  private boolean repeatsAMistake(String message) {
    return replaced.stream().anyMatch(path -> message.startsWith(path + ":") || message.startsWith(path + ".") || message.startsWith(path + "["));
  }

  private Problem placed(Problem problem) {
    Optional<Place> place = place(problem.message());
    return place.map(p -> new Problem(p.file(), p.line(), p.column(), problem.message(), problem.warning())).orElse(problem);
  }

  /** The place of the longest known path with which a message begins. */
  private Optional<Place> place(String message) {
    int colon = message.indexOf(": ");
    String path = colon < 0 ? "" : message.substring(0, colon);
    while (!path.isEmpty()) {
      Place place = places.get(path);
      if (place != null) {
        return Optional.of(place);
      }
      int cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
      path = cut < 0 ? "" : path.substring(0, cut);
    }
    return Optional.ofNullable(places.get(""));
  }
}
