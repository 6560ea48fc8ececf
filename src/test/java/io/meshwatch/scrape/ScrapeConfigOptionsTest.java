package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the options of a {@code prometheus.yml} do, from their names to what is scraped and stored. */
class ScrapeConfigOptionsTest {
  private static final Path FOLDER = Path.of("/etc/prometheus");
  private static final int PORT = 9300;

  private final ScrapeWorld w = new ScrapeWorld();
  private final List<String> asked = new ArrayList<>();
  private String page = "a 1\n";
  private String contentType = "text/plain; version=0.0.4";

  @BeforeEach
  void listen() {
    w.listen(PORT, Optional.empty(), (request, reply) -> {
      asked.add(request.path() + " " + request.parameters() + " " + headers(request));
      if (request.path().equals("/moved")) {
        reply.status(302).header("Location", "/metrics").send(new byte[0]);
      } else {
        reply.status(200).header("Content-Type", contentType).send(page.getBytes(StandardCharsets.UTF_8));
      }
    });
  }

  private static String headers(HttpRequest request) {
    List<String> seen = new ArrayList<>();
    for (String name : List.of("Authorization", "Accept", "Accept-Encoding", "X-Scope", "X-Key", "X-File")) {
      request.header(name).ifPresent(value -> seen.add(name + "=" + value));
    }
    return seen.toString();
  }

  private void file(String name, String text) {
    try {
      w.world.disk().createDirectories(FOLDER);
      w.world.disk().replace(FOLDER.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<ScrapeJob> read(String yaml) {
    file("prometheus.yml", yaml);
    return PrometheusScrapeFile.read(FOLDER.resolve("prometheus.yml"), w.world.disk()).jobs();
  }

  /** One job with these options, about the target above; scraped once. */
  private void scrape(String global, String options) throws InterruptedException {
    List<ScrapeJob> jobs = read("global: {scrape_interval: 15s" + (global.isEmpty() ? "" : ", " + global) + "}\nscrape_configs:\n  - job_name: j\n"
        + "    static_configs: [{targets: ['127.0.0.1:" + PORT + "']}]\n" + options.indent(4));
    w.apply(jobs.toArray(ScrapeJob[]::new));
    asked.clear();
    w.scrape();
  }

  private String error() {
    return w.target().lastError();
  }

  @Test
  void aTargetsOwnLabelsReplaceWhatTheJobSays() throws InterruptedException {
    scrape("", """
        params: {module: [one, two], other: [x]}
        relabel_configs:
          - {target_label: __metrics_path__, replacement: /probe}
          - {target_label: __param_module, replacement: three}
          - {target_label: __param_target, replacement: 'host:1'}
          - {target_label: __scrape_interval__, replacement: 5s}
          - {target_label: __scrape_timeout__, replacement: 1500ms}
        """);
    assertThat(asked).hasSize(3).first().asString().startsWith("/probe {module=[three, two], other=[x], target=[host:1]}");
    assertThat(w.target().intervalMillis()).isEqualTo(5_000);
    assertThat(w.target().timeoutMillis()).isEqualTo(1_500);
    scrape("", "relabel_configs: [{target_label: __scheme__, replacement: https}]");
    assertThat(w.target().url()).isEqualTo("https://127.0.0.1:" + PORT + "/metrics");
    scrape("", "relabel_configs: [{target_label: __scrape_timeout__, replacement: 1h}]");
    assertThat(w.scraper.targets()).isEmpty();
    assertThat(w.scraper.droppedTargets().getFirst().reason()).startsWith("scrape timeout cannot be greater than scrape interval");
  }

  @Test
  void formatsAndEscapingAreAskedForAsConfigured() {
    assertThat(accept("", "scrape_protocols: [PrometheusText0.0.4, OpenMetricsText1.0.0]"))
        .isEqualTo("text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4");
    assertThat(accept("scrape_protocols: [OpenMetricsText0.0.1]", "")).startsWith("application/openmetrics-text;version=0.0.1;");
    for (String scheme : List.of("underscores", "dots", "values", "allow-utf-8")) {
      assertThat(accept("", "metric_name_escaping_scheme: " + scheme)).contains(";escaping=" + scheme + ";");
      assertThat(accept("metric_name_escaping_scheme: " + scheme, "")).contains(";escaping=" + scheme + ";");
    }
    assertThat(accept("metric_name_validation_scheme: legacy", "")).contains(";escaping=underscores;");
    assertThat(accept("metric_name_validation_scheme: legacy", "metric_name_validation_scheme: utf8")).contains(";escaping=allow-utf-8;");
    assertThat(accept("metric_name_validation_scheme: legacy, metric_name_escaping_scheme: dots", "metric_name_validation_scheme: utf8")).contains(";escaping=dots;");
    assertThat(accept("scrape_native_histograms: true", "")).startsWith("application/vnd.google.protobuf;");
    assertThat(accept("scrape_native_histograms: true", "scrape_native_histograms: false")).doesNotContain("protobuf");
  }

  private String accept(String global, String options) {
    return read("global: {" + global + "}\nscrape_configs: [{job_name: j" + (options.isEmpty() ? "" : ", " + options) + "}]").getFirst().formats().acceptHeader();
  }

  @Test
  void oldNamesOnlyFailPagesWithNewOnes() throws InterruptedException {
    page = "{\"new name\"} 1\n";
    scrape("", "");
    assertThat(error()).isEmpty();
    scrape("metric_name_validation_scheme: legacy", "");
    assertThat(error()).contains("new name");
  }

  @Test
  void aPageWithoutTypeIsReadOnlyIfThereIsAFallback() throws InterruptedException {
    contentType = "";
    scrape("", "");
    assertThat(error()).contains("Content-Type");
    scrape("", "fallback_scrape_protocol: PrometheusText0.0.4");
    assertThat(error()).isEmpty();
  }

  @Test
  void compressionIsNotAskedForIfItIsSwitchedOff() throws InterruptedException {
    scrape("", "enable_compression: false");
    assertThat(asked).first().asString().contains("Accept-Encoding=identity");
  }

  @Test
  void loginsAndHeadersComeFromTheConfigurationOrFromFiles() throws InterruptedException {
    file("user", "me\n");
    file("password", "secret\n");
    file("token", "abc\n");
    scrape("", "basic_auth: {username_file: user, password_file: password}");
    assertThat(asked).first().asString().contains("Authorization=Basic bWU6c2VjcmV0");
    scrape("", "authorization: {type: Token, credentials_file: token}");
    assertThat(asked).first().asString().contains("Authorization=Token abc");
    scrape("", "authorization: {credentials: xyz}");
    assertThat(asked).first().asString().contains("Authorization=Bearer xyz");
    scrape("", "http_headers: {X-Scope: {values: [one]}, X-Key: {secrets: [two]}, X-File: {files: [token]}}");
    assertThat(asked).first().asString().contains("X-Scope=one", "X-Key=two", "X-File=abc");
  }

  @Test
  void redirectsAreFollowedUnlessThatIsSwitchedOff() throws InterruptedException {
    scrape("", "metrics_path: /moved");
    assertThat(error()).isEmpty();
    scrape("", "metrics_path: /moved\nfollow_redirects: false");
    assertThat(error()).contains("302");
  }

  @Test
  void limitsHoldGloballyAndPerJobAndZeroIsNoLimitOfItsOwn() throws InterruptedException {
    page = "a{label=\"value\"} 1\nb 2\n";
    limit("body_size_limit", "10B", "10KB", "the page is larger than the limit of 10 bytes");
    limit("sample_limit", "1", "2", "the page has 2 samples, the limit is 1");
    limit("label_limit", "4", "5", "the limit is 4");
    limit("label_name_length_limit", "7", "9", "the limit is 7");
    limit("label_value_length_limit", "8", "20", "the limit is 8");
  }

  private void limit(String name, String low, String high, String reason) throws InterruptedException {
    scrape("", name + ": " + low);
    assertThat(error()).as(name).contains(reason);
    scrape(name + ": " + low, "");
    assertThat(error()).as("global " + name).contains(reason);
    scrape(name + ": " + low, name + ": 0");
    assertThat(error()).as(name + " of 0 takes the global one").contains(reason);
    scrape(name + ": " + low, name + ": " + high);
    assertThat(error()).as(name + " of the job").isEmpty();
  }

  @Test
  void targetsAndDroppedOnesAreBounded() throws InterruptedException {
    w.apply(read("global: {target_limit: 1}\nscrape_configs: [{job_name: j, static_configs: [{targets: ['a:1', 'b:1']}]}]").toArray(ScrapeJob[]::new));
    w.world.time().advance(60_000);
    assertThat(w.scraper.targets()).hasSize(2).allSatisfy(target -> assertThat(target.lastError()).contains("limit"));
    w.apply(read("""
        global: {keep_dropped_targets: 2}
        scrape_configs:
          - job_name: j
            relabel_configs: [{action: drop}]
            static_configs: [{targets: ['a:1', 'b:1', 'c:1']}]
        """).toArray(ScrapeJob[]::new));
    assertThat(w.scraper.targets()).isEmpty();
    assertThat(w.scraper.droppedTargets()).hasSize(2);
  }

  @Test
  void labelsAndTimesOfThePageAreTakenAsConfigured() throws InterruptedException {
    page = "a{job=\"own\"} 1 1600000000000\n";
    scrape("", "honor_labels: true");
    assertThat(w.store.named("a").getFirst().get("job")).isEqualTo("own");
    assertThat(w.store.times("a")).contains(1_600_000_000_000L);
    scrape("", "honor_timestamps: false");
    assertThat(w.store.named("a")).anySatisfy(labels -> assertThat(labels.get("exported_job")).isEqualTo("own"));
  }

  @Test
  void furtherSeriesAboutScrapesComeOnlyIfAskedFor() throws InterruptedException {
    scrape("", "");
    assertThat(w.store.named("scrape_timeout_seconds")).isEmpty();
    assertThat(w.store.named("scrape_series_added")).hasSize(1);
    scrape("extra_scrape_metrics: true", "");
    for (String metric : List.of("up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added", "scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes")) {
      assertThat(w.store.named(metric)).as(metric).hasSize(1);
    }
  }

  @Test
  void failedScrapesAreWrittenDownWhereThatIsConfigured() throws InterruptedException, IOException {
    contentType = "";
    scrape("scrape_failure_log_file: failures.log", "");
    assertThat(new String(w.world.disk().readAll(FOLDER.resolve("failures.log")), StandardCharsets.UTF_8)).contains("\"job_name\":\"j\"");
  }

  @Test
  void timesThatAreLeftOutOrZeroComeFromAbove() {
    ScrapeJob plain = read("scrape_configs: [{job_name: j}]").getFirst();
    assertThat(List.of(plain.intervalSeconds(), plain.timeoutSeconds())).containsExactly(60.0, 10.0);
    ScrapeJob hasty = read("global: {scrape_interval: 5s}\nscrape_configs: [{job_name: j, scrape_interval: 0s, scrape_timeout: 0s}]").getFirst();
    assertThat(List.of(hasty.intervalSeconds(), hasty.timeoutSeconds())).containsExactly(5.0, 5.0);
    ScrapeJob odd = read("global: {scrape_timeout: 7s}\nscrape_configs: [{job_name: j, scrape_interval: 1m30s}]").getFirst();
    assertThat(List.of(odd.intervalSeconds(), odd.timeoutSeconds())).containsExactly(90.0, 7.0);
    assertThat(problems("global: {scrape_interval: 5s, scrape_timeout: 10s}\nscrape_configs: [{job_name: j}]"))
        .contains("global scrape timeout greater than scrape interval");
    assertThat(problems("scrape_configs: [{job_name: j, scrape_interval: 5s, scrape_timeout: 6s}]"))
        .contains("scrape timeout greater than scrape interval for scrape config with job name \"j\"");
  }

  private List<String> problems(String yaml) {
    ProblemsException thrown = catchThrowableOfType(ProblemsException.class, () -> read(yaml));
    assertThat(thrown).as(yaml).isNotNull();
    return thrown.problems().stream().map(Problem::message).toList();
  }

  @Test
  void aTargetsOwnLabelsSayWhatBecomesOfItsHistograms() throws InterruptedException {
    page = "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n";
    scrape("", "relabel_configs: [{target_label: __convert_classic_histograms_to_nhcb__, replacement: 'true'}]");
    assertThat(w.store.histograms).hasSize(1);
    assertThat(w.store.named("h_bucket")).isEmpty();
    scrape("convert_classic_histograms_to_nhcb: true", "relabel_configs: [{target_label: __always_scrape_classic_histograms__, replacement: 'true'}]");
    assertThat(w.store.named("h_bucket")).hasSize(2);
    scrape("", "relabel_configs: [{target_label: __scrape_native_histograms__, replacement: 'true'}]");
    assertThat(asked).first().asString().contains("application/vnd.google.protobuf");
    scrape("", "relabel_configs: [{target_label: __scrape_native_histograms__, replacement: maybe}]");
    assertThat(w.scraper.droppedTargets().getFirst().reason()).isEqualTo("__scrape_native_histograms__: expected true or false, got \"maybe\"");
  }

  @Test
  void histogramsAreReducedAndConvertedAsConfigured() {
    ScrapeJob job = read("""
        global: {convert_classic_histograms_to_nhcb: true, always_scrape_classic_histograms: true}
        scrape_configs:
          - {job_name: j, native_histogram_bucket_limit: 160, native_histogram_min_bucket_factor: 1.1, always_scrape_classic_histograms: false}
        """).getFirst();
    assertThat(job.limits().histogramBuckets()).isEqualTo(160);
    assertThat(job.limits().histogramBucketFactor()).isEqualTo(1.1);
    assertThat(List.of(job.formats().convertClassicHistograms(), job.formats().alwaysClassicHistograms())).containsExactly(true, false);
  }
}
