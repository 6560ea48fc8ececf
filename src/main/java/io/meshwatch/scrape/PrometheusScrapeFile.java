package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.NameEscaping;
import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Takes over the {@code scrape_configs} of an existing {@code prometheus.yml}, with the {@code global} defaults they rest on.
 * Other settings are not used, and each is told as a warning. What meshwatch cannot do as written is an error with its place, never
 * silently different.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config">scrape_config</a>
 */
public final class PrometheusScrapeFile {
  private final Path file;
  private final Disk disk;
  private final Path folder;
  private final ConnectionYaml connections;
  private final DiscoveryYaml discoveries;
  private final List<Problem> problems;

  private PrometheusScrapeFile(Path file, Disk disk, List<Problem> problems) {
    this.file = file;
    this.disk = disk;
    this.problems = problems;
    Path parent = file.getParent();
    this.folder = parent == null ? Path.of("") : parent;
    this.connections = new ConnectionYaml(folder);
    this.discoveries = new DiscoveryYaml(connections);
  }

  /**
   * What a file says.
   *
   * @param jobs its scrape jobs
   * @param warnings what is accepted without effect
   */
  public record Loaded(List<ScrapeJob> jobs, List<Problem> warnings) {}

  /**
   * Reads a file and those it names under {@code scrape_config_files}; relative paths in each count from its folder.
   *
   * @throws ProblemsException with all mistakes, each with line and column
   */
  public static Loaded read(Path file, Disk disk) {
    List<Problem> problems = new ArrayList<>();
    PrometheusScrapeFile main = new PrometheusScrapeFile(file, disk, problems);
    List<ScrapeJob> jobs = main.root().map(main::jobs).orElse(List.of());
    List<Problem> errors = problems.stream().filter(p -> !p.warning()).sorted(Problem.BY_PLACE).toList();
    if (!errors.isEmpty()) {
      throw new ProblemsException(errors);
    }
    return new Loaded(List.copyOf(jobs), List.copyOf(problems));
  }

  /**
   * What jobs take for options that they leave out.
   *
   * @param job the options as a job
   * @param escaping the escaping that is chosen for all; empty = by which names a job takes
   */
  private record Defaults(ScrapeJob job, Optional<NameEscaping> escaping) {}

  /** The document; empty, and perhaps a problem, if there is none. */
  private Optional<Node> root() {
    try {
      String text = new String(disk.readAll(file), StandardCharsets.UTF_8);
      return new Compose(LoadSettings.builder().setLabel(file.toString()).build()).composeString(text);
    } catch (IOException e) {
      problems.add(Problem.error(file.toString(), 0, 0, "expected a file that can be read, got " + e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(0);
      int column = e.getProblemMark().map(m -> m.getColumn() + 1).orElse(0);
      problems.add(Problem.error(file.toString(), line, column, e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(Problem.error(file.toString(), 0, 0, String.valueOf(e.getMessage())));
    }
    return Optional.empty();
  }

  private List<ScrapeJob> jobs(Node root) {
    YamlFields top = YamlFields.of(file.toString(), root, problems);
    Defaults base = new Defaults(
        ScrapeJob.defaults().withTiming(60, 10).withPage(ScrapeJob.Scheme.HTTP, "/metrics").withExtraMetrics(false), Optional.empty());
    Optional<YamlFields> global = top.fields("global");
    if (global.isPresent()) {
      base = new Defaults(common(global.get(), base), escaping(global.get()));
      checkGlobalTiming(global.get(), base.job);
      UnusedSettings.tellOfGlobal(global.get());
      global.get().finish();
    }
    UnusedSettings.tellOfSections(top);
    Set<String> names = new HashSet<>();
    List<ScrapeJob> jobs = new ArrayList<>(listedJobs(top, base, names));
    for (String pattern : top.texts("scrape_config_files")) {
      jobs.addAll(furtherJobs(top, pattern, base, names));
    }
    top.finish();
    return jobs;
  }

  private List<ScrapeJob> listedJobs(YamlFields top, Defaults base, Set<String> names) {
    List<ScrapeJob> jobs = new ArrayList<>();
    for (YamlFields fields : top.list("scrape_configs")) {
      ScrapeJob job = job(fields, base);
      if (!names.add(job.name())) {
        fields.errorAt("job_name", "found multiple scrape configs with job name " + Names.quote(job.name()));
      }
      jobs.add(job);
    }
    return jobs;
  }

  /** The jobs of further files, which have nothing but {@code scrape_configs}. */
  private List<ScrapeJob> furtherJobs(YamlFields top, String pattern, Defaults base, Set<String> names) {
    List<ScrapeJob> jobs = new ArrayList<>();
    List<Path> files = List.of();
    try {
      files = FileGlob.matching(folder.resolve(pattern), disk);
      if (files.isEmpty()) {
        top.warning("scrape_config_files", "no file is named " + pattern);
      }
    } catch (IOException e) {
      top.errorAt("scrape_config_files", "folder of " + pattern + " cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      top.errorAt("scrape_config_files", "invalid scrape config file path " + Names.quote(pattern));
    }
    for (Path each : files) {
      PrometheusScrapeFile further = new PrometheusScrapeFile(each, disk, problems);
      further.root().ifPresent(root -> {
        YamlFields fields = YamlFields.of(each.toString(), root, problems);
        jobs.addAll(further.listedJobs(fields, base, names));
        fields.finish();
      });
    }
    return jobs;
  }

  /** The options that exist both globally and per job. A number that is 0 counts as left out: a job takes the global one. */
  private ScrapeJob common(YamlFields fields, Defaults defaults) {
    ScrapeJob base = defaults.job;
    double interval = unlessZero(fields.seconds("scrape_interval", 0), base.intervalSeconds());
    double timeout = unlessZero(fields.seconds("scrape_timeout", 0), Math.min(base.timeoutSeconds(), interval));
    FormatSettings formats = formats(fields, defaults);
    return base.withTiming(interval, timeout).withLimits(limits(fields, base.limits())).withFormats(formats)
        .withExtraMetrics(fields.flag("extra_scrape_metrics", base.extraMetrics()))
        .withFailureLog(connections.path(fields, "scrape_failure_log_file").or(base::failureLog));
  }

  private static double unlessZero(double value, double otherwise) {
    return value > 0 ? value : otherwise;
  }

  private static ScrapeLimits limits(YamlFields fields, ScrapeLimits base) {
    long bodyBytes = fields.bytes("body_size_limit", 0);
    return new ScrapeLimits(
        bodyBytes > 0 ? bodyBytes : base.bodyBytes(),
        limit(fields, "sample_limit", base.samples()),
        limit(fields, "label_limit", base.labels()),
        limit(fields, "label_name_length_limit", base.labelNameLength()),
        limit(fields, "label_value_length_limit", base.labelValueLength()),
        limit(fields, "target_limit", base.targets()),
        limit(fields, "native_histogram_bucket_limit", base.histogramBuckets()),
        fields.parsed("native_histogram_min_bucket_factor", base.histogramBucketFactor(), Double::valueOf),
        limit(fields, "keep_dropped_targets", base.droppedTargets()));
  }

  private static long limit(YamlFields fields, String name, long otherwise) {
    long given = fields.count(name, 0);
    return given > 0 ? given : otherwise;
  }

  private static FormatSettings formats(YamlFields fields, Defaults defaults) {
    FormatSettings base = defaults.job.formats();
    List<ExpositionFormat> protocols = new ArrayList<>();
    for (String name : fields.texts("scrape_protocols")) {
      try {
        protocols.add(protocol(name));
      } catch (IllegalArgumentException e) {
        fields.errorAt("scrape_protocols", String.valueOf(e.getMessage()));
      }
    }
    boolean legacy = fields.parsed("metric_name_validation_scheme", base.legacyNamesOnly(), PrometheusScrapeFile::isLegacyScheme);
    NameEscaping escaping = escaping(fields).or(() -> defaults.escaping).orElse(legacy ? NameEscaping.UNDERSCORES : NameEscaping.ALLOW_UTF_8);
    if (legacy && escaping == NameEscaping.ALLOW_UTF_8) {
      fields.errorAt("metric_name_escaping_scheme", "utf8 metric names requested but validation scheme is not set to UTF8");
    }
    return new FormatSettings(
        protocols.isEmpty() ? base.protocols() : protocols,
        fields.text("fallback_scrape_protocol").isPresent()
            ? Optional.of(fields.parsed("fallback_scrape_protocol", ExpositionFormat.TEXT_0_0_4, PrometheusScrapeFile::protocol))
            : base.fallback(),
        escaping,
        legacy,
        fields.flag("scrape_native_histograms", base.nativeHistograms()),
        fields.flag("always_scrape_classic_histograms", base.alwaysClassicHistograms()),
        fields.flag("convert_classic_histograms_to_nhcb", base.convertClassicHistograms()),
        base.compression(),
        base.zeroAtStart());
  }

  private static boolean isLegacyScheme(String text) {
    return switch (text) {
      case "legacy" -> true;
      case "utf8" -> false;
      default -> throw new IllegalArgumentException("expected utf8 or legacy, got " + Names.quote(text));
    };
  }

  private static ExpositionFormat protocol(String name) {
    return switch (name) {
      case "PrometheusProto" -> ExpositionFormat.PROTOBUF;
      case "OpenMetricsText1.0.0" -> ExpositionFormat.OPENMETRICS_1_0_0;
      case "OpenMetricsText0.0.1" -> ExpositionFormat.OPENMETRICS_0_0_1;
      case "PrometheusText1.0.0" -> ExpositionFormat.TEXT_1_0_0;
      case "PrometheusText0.0.4" -> ExpositionFormat.TEXT_0_0_4;
      default ->
          throw new IllegalArgumentException("expected PrometheusProto, OpenMetricsText1.0.0, OpenMetricsText0.0.1, PrometheusText1.0.0 or "
              + "PrometheusText0.0.4, got " + Names.quote(name));
    };
  }

  private static Optional<NameEscaping> escaping(YamlFields fields) {
    return fields.parsed("metric_name_escaping_scheme", Optional.empty(), text -> Optional.of(escaping(text)));
  }

  private static NameEscaping escaping(String text) {
    for (NameEscaping escaping : NameEscaping.values()) {
      if (escaping.text().equals(text)) {
        return escaping;
      }
    }
    throw new IllegalArgumentException("expected allow-utf-8, underscores, dots or values, got " + Names.quote(text));
  }

  private ScrapeJob job(YamlFields fields, Defaults global) {
    ScrapeJob base = common(fields, global);
    boolean legacy = base.formats().legacyNamesOnly();
    ScrapeJob job =
        base.withName(fields.text("job_name", ""))
            .withPage(fields.parsed("scheme", ScrapeJob.Scheme.HTTP, PrometheusScrapeFile::scheme), fields.text("metrics_path", "/metrics"))
            .withHonorLabels(fields.flag("honor_labels", false))
            .withTimestamps(fields.flag("honor_timestamps", true), fields.flag("track_timestamps_staleness", false))
            .withParameters(parameters(fields))
            .withFormats(base.formats().withCompression(fields.flag("enable_compression", true)))
            .withConnection(connections.connection(fields))
            .withRelabelRules(
                RelabelYaml.rules(fields, "relabel_configs", "target", legacy),
                RelabelYaml.rules(fields, "metric_relabel_configs", "metric", legacy))
            .withTargets(listed(fields))
            .withDiscovery(discoveries.discovery(fields));
    fields.finish();
    checkTiming(fields, job);
    return job;
  }

  private static void checkGlobalTiming(YamlFields fields, ScrapeJob global) {
    if (global.timeoutMillis() > global.intervalMillis()) {
      fields.errorAt("scrape_timeout", "global scrape timeout greater than scrape interval");
    }
  }

  private static void checkTiming(YamlFields fields, ScrapeJob job) {
    if (job.name().isEmpty()) {
      fields.errorAt("job_name", "job_name is empty");
    }
    if (job.timeoutMillis() > job.intervalMillis()) {
      fields.errorAt("scrape_timeout", "scrape timeout greater than scrape interval for scrape config with job name " + Names.quote(job.name()));
    }
  }

  private static ScrapeJob.Scheme scheme(String text) {
    return switch (text) {
      case "http" -> ScrapeJob.Scheme.HTTP;
      case "https" -> ScrapeJob.Scheme.HTTPS;
      default -> throw new IllegalArgumentException("expected http or https, got " + Names.quote(text));
    };
  }

  private static List<TextEntry> parameters(YamlFields fields) {
    List<TextEntry> parameters = new ArrayList<>();
    fields.fields("params").ifPresent(p -> p.names().forEach(name -> p.texts(name).forEach(v -> parameters.add(new TextEntry(name, v)))));
    return parameters;
  }

  private static List<StaticTargets> listed(YamlFields fields) {
    List<StaticTargets> targets = new ArrayList<>();
    for (YamlFields group : fields.list("static_configs")) {
      List<String> addresses = group.texts("targets");
      for (String address : addresses) {
        if (address.indexOf('/') >= 0) {
          group.errorAt("targets", Names.quote(address) + " is not a valid hostname");
        }
      }
      targets.add(new StaticTargets(addresses, group.fields("labels").map(YamlFields::entries).orElse(List.of())));
      group.finish();
    }
    return targets;
  }

}
