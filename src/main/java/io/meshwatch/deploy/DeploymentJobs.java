package io.meshwatch.deploy;

import io.meshwatch.config.Config;
import io.meshwatch.config.ScrapeSettings;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.ConnectionSettings;
import io.meshwatch.scrape.DeploymentTargets;
import io.meshwatch.scrape.PrometheusScrapeFile;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.ScrapeLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The scrape jobs of a configuration: its nodes and components with the credentials that the deployment has for them now, and the
 * sections taken over from a Prometheus.
 */
public final class DeploymentJobs {
  private final Disk disk;
  private final Credentials credentials;
  private final Path configFolder;

  /**
   * Jobs that use these credentials.
   *
   * @param configFolder where relative names in the configuration start
   */
  public DeploymentJobs(Disk disk, Credentials credentials, Path configFolder) {
    this.disk = disk;
    this.credentials = credentials;
    this.configFolder = configFolder;
  }

  /** The jobs; throws {@link ProblemsException} with all mistakes. */
  public List<ScrapeJob> of(Config config) {
    List<ScrapeJob> jobs = new ArrayList<>(ofDeployment(config));
    jobs.addAll(config.scrape().jobs());
    for (String file : config.scrape().scrapeConfigFiles()) {
      jobs.addAll(PrometheusScrapeFile.read(configFolder.resolve(file), disk).jobs());
    }
    if (config.switches().zeroAtStart()) {
      jobs.replaceAll(job -> job.withFormats(job.formats().withZeroAtStart()));
    }
    List<Problem> problems = ScrapeJob.check(jobs);
    if (problems.stream().anyMatch(problem -> !problem.warning())) {
      throw new ProblemsException(problems);
    }
    return jobs;
  }

  private List<ScrapeJob> ofDeployment(Config config) {
    ScrapeJob base = ScrapeJob.defaults()
        .withTiming(config.scrapeInterval(), config.scrape().timeoutSeconds(config.scrapeInterval()))
        .withLimits(limits(config.scrape()));
    Optional<String> authority = config.scrape().caFile().or(() -> Optional.of(credentials.authorityFile().toString()));
    return new DeploymentTargets(base, authority.filter(file -> disk.exists(Path.of(file))), this::login)
        .jobs(config.nodes(), config.components());
  }

  /** User and password file of a target, if the deployment has made some for it. */
  private Optional<ConnectionSettings.BasicAuth> login(String target) {
    boolean known = credentials.subjects().stream().anyMatch(subject -> subject.name().equals(target));
    return known
        ? Optional.of(new ConnectionSettings.BasicAuth(credentials.login(target).username(), Optional.empty(), Secret.EMPTY,
            Optional.of(credentials.passwordFile(target).toString())))
        : Optional.empty();
  }

  private static ScrapeLimits limits(ScrapeSettings scrape) {
    ScrapeLimits d = ScrapeLimits.defaults();
    return new ScrapeLimits(scrape.bodyBytesMax(), scrape.samplesMax(), d.labels(), d.labelNameLength(), d.labelValueLength(), d.targets(),
        d.histogramBuckets(), d.histogramBucketFactor(), d.droppedTargets());
  }
}
