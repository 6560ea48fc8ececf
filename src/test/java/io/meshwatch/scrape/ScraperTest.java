package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import io.meshwatch.model.SeriesHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scraping as a whole, in a simulated world. */
class ScraperTest {
  private final ScrapeWorld w = new ScrapeWorld();

  private static final String TARGET = "127.0.0.1:9100";

  private List<String> series(String metric) {
    return w.store.values("__name__", metric, "job", "j", "instance", TARGET, "host", "127.0.0.1");
  }

  @Test
  void storesSamplesWithTheTargetsLabelsAndReportsTheScrape() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1\nb{x=\"y\"} 2\n");
    assertThat(series("a")).containsExactly("1.0");
    assertThat(series("up")).containsExactly("1.0");
    assertThat(series("scrape_samples_scraped")).containsExactly("2.0");
    assertThat(series("scrape_samples_post_metric_relabeling")).containsExactly("2.0");
    assertThat(series("scrape_series_added")).containsExactly("2.0");
    assertThat(series("scrape_timeout_seconds")).containsExactly("10.0");
    assertThat(series("scrape_sample_limit")).containsExactly("0.0");
    assertThat(series("scrape_body_size_bytes")).containsExactly("15.0");
    assertThat(series("scrape_duration_seconds")).hasSize(1);
    assertThat(w.target().health()).isEqualTo(TargetStatus.Health.UP);
    assertThat(w.store.open).isZero();
  }

  @Test
  void samplesLieOnTheTimesTheScrapesWereDue() throws InterruptedException {
    w.world.network().delay(9100, 700);
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape();
    w.scrape();
    w.scrape();
    List<Long> times = w.store.times("a");
    assertThat(times.get(1) - times.get(0)).isEqualTo(ScrapeWorld.INTERVAL_MILLIS);
    assertThat(w.target().lastDurationSeconds()).isEqualTo(0.7);
  }

  @Test
  void marksSeriesThatAreGoneFromThePage() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1\nb 2\nc 3\n");
    w.scrape("a 1\nc 3\n");
    w.scrape("a 1\nc 3\n");
    assertThat(series("b")).containsExactly("2.0", "stale");
    assertThat(series("c")).containsExactly("3.0", "3.0", "3.0");
  }

  @Test
  void marksEverythingOnceWhenAScrapeFails() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1\n");
    w.world.network().fail(9100, HttpResult.Phase.CONNECT, "connection to 127.0.0.1:9100 was refused");
    w.scrape();
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "stale");
    assertThat(series("up")).containsExactly("1.0", "0.0", "0.0");
    assertThat(w.target().lastError()).isEqualTo("connection to 127.0.0.1:9100 was refused");
    w.world.network().repair(9100);
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "stale", "1.0");
    assertThat(series("scrape_series_added")).containsExactly("1.0", "0.0", "0.0", "0.0");
  }

  @Test
  void aBrokenLineSpoilsThePageAndIsShownWithItsPlace() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1\nb 2\n");
    w.scrape("a 5\nb{x=\"y\"} seven\n");
    assertThat(series("a")).containsExactly("1.0", "stale");
    assertThat(series("up")).containsExactly("1.0", "0.0");
    assertThat(w.target().lastError()).isEqualTo("the page is broken at line 2:10: expected a number, got \"seven\" in `b{x=\"y\"} seven`");
    w.scrape("a 6\nb 2\n");
    assertThat(series("a")).containsExactly("1.0", "stale", "6.0");
  }

  @Test
  void oneBadTargetDoesNotDisturbAnother() throws InterruptedException {
    w.listen(9101, Optional.empty(), (request, reply) -> reply.send("text/plain", "garbage\n"));
    w.apply(ScrapeWorld.job(TARGET, "127.0.0.1:9101", "127.0.0.1:9102"));
    w.scrape();
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "1.0");
    assertThat(w.scraper.targets()).filteredOn(t -> t.health() == TargetStatus.Health.DOWN).hasSize(2);
  }

  @Test
  void endsTheSeriesOfATargetThatIsRemoved() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape();
    w.apply(ScrapeWorld.job());
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "stale");
    assertThat(series("up")).containsExactly("1.0", "stale");
    assertThat(w.scraper.targets()).isEmpty();
  }

  @Test
  void endsAllSeriesAtShutdown() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape();
    w.scraper.close();
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "stale");
    assertThat(series("up")).containsExactly("1.0", "stale");
  }

  @Test
  void aReloadLeavesUnchangedTargetsAlone() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape();
    w.apply(ScrapeWorld.job(TARGET, "127.0.0.1:9101"), ScrapeWorld.job("127.0.0.1:9102").withName("other"));
    w.scrape();
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "1.0", "1.0");
    assertThat(series("scrape_series_added")).containsExactly("1.0", "0.0", "0.0");
  }

  @Test
  void newSettingsEndOnlyTheSeriesThatAreNoMore() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1\nb 2\n");
    RelabelRule dropB = new RelabelRule(List.of("__name__"), ";", "b", 0, "", "$1", RelabelAction.DROP);
    w.apply(ScrapeWorld.job(TARGET).withRelabelRules(List.of(), List.of(dropB)));
    w.scrape();
    assertThat(series("a")).containsExactly("1.0", "1.0");
    assertThat(series("b")).containsExactly("2.0", "stale");
    assertThat(series("up")).containsExactly("1.0", "1.0");
  }

  @Test
  void aMistakeInTheSettingsChangesNothing() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    assertThatThrownBy(() -> w.apply(ScrapeWorld.job(TARGET).withTiming(10, 20), ScrapeWorld.job()))
        .isInstanceOf(ProblemsException.class)
        .hasMessageContaining("at most the interval")
        .hasMessageContaining("two scrape jobs");
    w.scrape();
    assertThat(series("a")).containsExactly("1.0");
  }

  @Test
  void theTargetsOwnLabelsGiveWay() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a{job=\"mine\",exported_job=\"theirs\"} 1\n");
    assertThat(w.store.named("a"))
        .containsExactly(
            Labels.of("__name__", "a", "exported_exported_job", "mine", "exported_job", "theirs", "job", "j", "instance", TARGET,
                "host", "127.0.0.1"));
  }

  @Test
  void theTargetsOwnLabelsStayWhereTheyAreHonored() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withHonorLabels(true));
    w.scrape("a{job=\"mine\",instance=\"\"} 1\n");
    assertThat(w.store.named("a")).containsExactly(Labels.of("__name__", "a", "job", "mine", "host", "127.0.0.1"));
  }

  @Test
  void seriesWithOwnTimestampsEndOnlyWhereThatIsTracked() throws InterruptedException {
    long now = w.world.time().wallMillis();
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("a 1 " + now + "\nb 1\n");
    w.scrape("b 1\n");
    assertThat(series("a")).containsExactly("1.0");
    w.apply(ScrapeWorld.job(TARGET).withTimestamps(true, true));
    w.scrape("a 2 " + (now + 1) + "\nb 1\n");
    w.scrape("b 1\n");
    assertThat(series("a")).containsExactly("1.0", "2.0", "stale");
  }

  @Test
  void timestampsOnThePageCanBeIgnored() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withTimestamps(false, false));
    w.scrape("a 1 5\n");
    assertThat(w.store.times("a").getFirst()).isGreaterThan(1_700_000_000_000L);
  }

  @Test
  void samplesThatCannotBeStoredAreCountedByReason() throws InterruptedException {
    w.store.oldestMillis = 1_000;
    w.apply(ScrapeWorld.job(TARGET));
    assertThat(w.own("prometheus_target_scrapes_sample_out_of_order_total")).isZero();
    w.scrape("a 1\na 2\nb 1 2000\nb 1 1500\nb 2 2000\nc 1 10\n");
    assertThat(series("up")).containsExactly("1.0");
    assertThat(w.own("prometheus_target_scrapes_sample_duplicate_timestamp_total")).isEqualTo(2);
    assertThat(w.own("prometheus_target_scrapes_sample_out_of_order_total")).isEqualTo(1);
    assertThat(w.own("prometheus_target_scrapes_sample_out_of_bounds_total")).isEqualTo(1);
    assertThat(series("scrape_samples_scraped")).containsExactly("6.0");
    assertThat(w.target().lastWarning()).isEqualTo("samples of the last page were left out: 1 older than the newest of their series; "
        + "2 of a series that has another value at that time; 1 too far from now");
    w.scrape("a 3\n");
    assertThat(w.target().lastWarning()).isEmpty();
  }

  @Test
  void ofTheSeriesThatALimitKeepsOutTheFirstIsTold() {
    Refusals refusals = new Refusals(new ScrapeMetrics(new Telemetry()));
    refusals.isStored(AppendOutcome.SERIES_LIMIT, refused("new series many is refused"));
    refusals.isStored(AppendOutcome.SERIES_LIMIT, refused("new series last is refused"));
    assertThat(refusals.text()).isEqualTo("samples of the last page were left out: 2 beyond a limit, first: new series many is refused");
  }

  private static SeriesHandle refused(String refusal) {
    return new SeriesHandle() {
      @Override
      public Labels labels() {
        return Labels.EMPTY;
      }

      @Override
      public String refusal() {
        return refusal;
      }
    };
  }

  @Test
  void tooManySamplesFailTheScrape() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withLimits(ScrapeLimits.defaults().withSamples(2)));
    w.scrape("a 1\nb 1\nc 1\n");
    assertThat(series("a")).isEmpty();
    assertThat(series("up")).containsExactly("0.0");
    assertThat(series("scrape_sample_limit")).containsExactly("2.0");
    assertThat(series("scrape_samples_scraped")).containsExactly("3.0");
    assertThat(w.target().lastError()).isEqualTo("the page has 3 samples, the limit is 2");
    assertThat(w.own("prometheus_target_scrapes_exceeded_sample_limit_total")).isEqualTo(1);
  }

  @Test
  void tooManyLabelsFailTheScrape() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withLimits(new ScrapeLimits(0, 0, 5, 0, 0, 0, 0, 0, 10)));
    w.scrape("a{b=\"1\",c=\"2\"} 1\n");
    assertThat(w.target().lastError()).isEqualTo("series a has 6 labels, the limit is 5");
    assertThat(w.own("prometheus_target_scrape_pool_exceeded_label_limits_total")).isEqualTo(1);
    w.apply(ScrapeWorld.job(TARGET).withLimits(new ScrapeLimits(0, 0, 0, 8, 0, 0, 0, 0, 10)));
    w.scrape("a{long_name=\"1\"} 1\n");
    assertThat(w.target().lastError()).isEqualTo("label name \"long_name\" of series a has 9 bytes, the limit is 8");
    w.apply(ScrapeWorld.job(TARGET).withLimits(new ScrapeLimits(0, 0, 0, 0, 14, 0, 0, 0, 10)));
    w.scrape("a{b=\"fifteen letters\"} 1\n");
    assertThat(w.target().lastError()).isEqualTo("the value of label b of series a has 15 bytes, the limit is 14");
  }

  @Test
  void aPageThatIsTooLargeFailsTheScrape() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withLimits(new ScrapeLimits(10, 0, 0, 0, 0, 0, 0, 0, 10)));
    w.scrape("a_long_name 1\n");
    assertThat(w.target().lastError()).isEqualTo("the page is larger than the limit of 10 bytes");
    assertThat(series("scrape_body_size_bytes")).containsExactly("-1.0");
    assertThat(w.own("prometheus_target_scrapes_exceeded_body_size_limit_total")).isEqualTo(1);
  }

  @Test
  void tooManyTargetsMeansThatNoneIsScraped() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET, "127.0.0.1:9101").withLimits(new ScrapeLimits(0, 0, 0, 0, 0, 1, 0, 0, 10)));
    w.scrape();
    assertThat(series("up")).containsExactly("0.0");
    assertThat(w.target().lastError()).isEqualTo("job j has 2 targets, the limit is 1");
    assertThat(w.own("prometheus_target_scrape_pool_exceeded_target_limit_total")).isEqualTo(1);
  }

  @Test
  void aWrongPasswordIsNamedWithItsUser() throws InterruptedException {
    w.listen(9101, Optional.of((user, password) -> password.equals("right")), (request, reply) -> reply.send("text/plain", "a 1\n"));
    ConnectionSettings.BasicAuth auth = new ConnectionSettings.BasicAuth("scraper", Optional.empty(), Secret.of("wrong"), Optional.empty());
    w.apply(ScrapeWorld.job("127.0.0.1:9101").withConnection(ConnectionSettings.defaults().withBasicAuth(auth)));
    w.scrape();
    assertThat(w.target().lastError()).isEqualTo("the target refused user scraper (401)");
    assertThat(w.target().url()).isEqualTo("http://127.0.0.1:9101/metrics");
  }

  @Test
  void aPasswordFileIsReadAgainWhenItChanges() throws Exception {
    w.listen(9101, Optional.of((user, password) -> password.equals("right")), (request, reply) -> reply.send("text/plain", "a 1\n"));
    Path file = Path.of("/secrets/password");
    w.world.disk().createDirectories(Path.of("/secrets"));
    w.world.disk().replace(file, "wrong\n".getBytes(StandardCharsets.UTF_8));
    ConnectionSettings.BasicAuth auth = new ConnectionSettings.BasicAuth("scraper", Optional.empty(), Secret.EMPTY, Optional.of(file.toString()));
    w.apply(ScrapeWorld.job("127.0.0.1:9101").withConnection(ConnectionSettings.defaults().withBasicAuth(auth)));
    w.scrape();
    assertThat(w.target().health()).isEqualTo(TargetStatus.Health.DOWN);
    w.world.disk().replace(file, "right\n".getBytes(StandardCharsets.UTF_8));
    w.scrape();
    assertThat(w.target().health()).isEqualTo(TargetStatus.Health.UP);
    w.world.disk().delete(file);
    w.scrape();
    assertThat(w.target().lastError()).startsWith("file /secrets/password with credentials cannot be read");
  }

  @Test
  void saysWhatIsWrongWithAnAnswerThatIsNoPage() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.contentType = "text/html";
    w.scrape("<html>");
    assertThat(w.target().lastError()).startsWith("expected a page of metrics, got Content-Type \"text/html\"");
    w.status = 404;
    w.scrape();
    assertThat(w.target().lastError()).isEqualTo("the target answered with status 404 instead of 200: there is no page at http://127.0.0.1:9100/metrics");
    w.status = 200;
    w.world.network().delay(9100, 60_000);
    w.scrape();
    assertThat(w.target().lastError()).startsWith("127.0.0.1:9100 did not answer within 10 s");
  }

  @Test
  void asksForFormatsAndParametersAsConfigured() throws InterruptedException {
    StringBuilder seen = new StringBuilder();
    w.listen(
        9101,
        Optional.empty(),
        (request, reply) -> {
          seen.append(request.header("Accept").orElse("")).append(' ').append(request.parameters());
          reply.send("text/plain", "a 1\n");
        });
    w.apply(ScrapeWorld.job("127.0.0.1:9101").withParameters(List.of(new TextEntry("module", "http 2xx"), new TextEntry("module", "b"))));
    w.scrape();
    assertThat(seen.toString())
        .isEqualTo(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
                + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 {module=[http 2xx, b]}");
  }

  @Test
  void aStoreThatTakesNothingShowsAtTheTarget() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.store.unavailable = true;
    w.scrape();
    assertThat(w.target().lastError()).isEqualTo("the samples could not be stored: the disk is full");
    w.store.unavailable = false;
    w.scrape();
    assertThat(series("a")).containsExactly("1.0");
    assertThat(w.store.open).isZero();
  }

  @Test
  void droppedTargetsAreListedWithTheirReason() throws InterruptedException {
    RelabelRule drop = new RelabelRule(List.of("__address__"), ";", ".*:9101", 0, "", "$1", RelabelAction.DROP);
    w.apply(ScrapeWorld.job(TARGET, "127.0.0.1:9101", "http://x/y").withRelabelRules(List.of(drop), List.of()));
    assertThat(w.scraper.targets()).hasSize(1);
    assertThat(w.scraper.droppedTargets()).extracting(DroppedTarget::reason)
        .containsExactly("dropped by a relabel rule", "\"http://x/y\" is not a valid hostname: it contains a slash");
  }

  @Test
  void keepsMetadataPerTargetAndHandsItToTheStore() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("# HELP a_total Things\\ndone.\n# TYPE a_total counter\na_total 1\n");
    MetricMetadata expected = new MetricMetadata(MetricMetadata.Type.COUNTER, "", "Things\ndone.");
    assertThat(w.scraper.metadata()).containsExactly(new FamilyMetadata(w.target().labels(), "a_total", expected));
    assertThat(w.store.metadata.get(w.store.named("a_total").getFirst())).isEqualTo(expected);
    w.scrape("# HELP a_total Other.\n# TYPE a_total gauge\na_total 1\n");
    assertThat(w.scraper.metadata().getFirst().metadata()).isEqualTo(new MetricMetadata(MetricMetadata.Type.GAUGE, "", "Other."));
  }

  @Test
  void storesExemplars() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET));
    w.contentType = "application/openmetrics-text; version=1.0.0";
    w.scrape("a_total 1 # {trace=\"x\"} 0.5 1.5\n# EOF\n");
    assertThat(w.store.exemplars.values().iterator().next().getFirst().labels()).isEqualTo(Labels.of("trace", "x"));
    assertThat(w.store.exemplars.values().iterator().next().getFirst().timestampMillis()).isEqualTo(1500);
  }

  @Test
  void storesAZeroWhereACounterBeganIfAskedTo() throws InterruptedException {
    w.contentType = "application/openmetrics-text; version=1.0.0";
    w.apply(ScrapeWorld.job(TARGET).withFormats(FormatSettings.defaults().withZeroAtStart()));
    String page = """
        # TYPE c counter
        c_total{a="x"} 5
        c_created{a="x"} 1700000000.5
        c_total{a="y"} 6
        # TYPE s summary
        s{quantile="0.5"} 1
        s_count 2
        s_sum 3
        s_created 1700000000.25
        # TYPE g gauge
        g_created 7
        # EOF
        """;
    w.scrape(page);
    w.scrape(page);
    assertThat(values("c_total", "a", "x")).containsExactly("0.0", "5.0", "5.0");
    assertThat(w.store.times("c_total")).startsWith(1_700_000_000_500L);
    assertThat(values("c_total", "a", "y")).containsExactly("6.0", "6.0");
    assertThat(values("s_count")).containsExactly("0.0", "2.0", "2.0");
    assertThat(values("s", "quantile", "0.5")).containsExactly("1.0", "1.0");
    assertThat(w.store.named("c_created")).isEmpty();
    assertThat(w.store.named("g_created")).hasSize(1);
  }

  @Test
  void storesTheLinesAboutBeginningsAsTheyAreOtherwise() throws InterruptedException {
    w.contentType = "application/openmetrics-text; version=1.0.0";
    w.apply(ScrapeWorld.job(TARGET));
    w.scrape("# TYPE c counter\nc_total 5\nc_created 1700000000.5\n# EOF\n");
    assertThat(values("c_total")).containsExactly("5.0");
    assertThat(values("c_created")).containsExactly("1.7000000005E9");
  }

  @Test
  void storesClassicHistogramsAsNativeOnesIfAskedTo() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withFormats(FormatSettings.defaults().withConversion(true, false)));
    String page = "a 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n# TYPE b gauge\nb 1\n";
    w.scrape(page);
    w.scrape(page);
    assertThat(w.store.histograms.keySet()).extracting(Labels::metricName).containsExactly("h");
    assertThat(w.store.histograms.values().iterator().next()).hasSize(2);
    assertThat(w.store.named("h_bucket")).isEmpty();
    assertThat(values("b")).containsExactly("1.0", "1.0");
    assertThat(values("scrape_samples_scraped")).containsExactly("3.0", "3.0");
  }

  @Test
  void storesOnlyTheUsualSeriesAboutScrapesWhereThatIsAskedFor() throws InterruptedException {
    w.apply(ScrapeWorld.job(TARGET).withExtraMetrics(false));
    w.scrape();
    assertThat(w.store.named("scrape_series_added")).hasSize(1);
    assertThat(w.store.named("scrape_timeout_seconds")).isEmpty();
    assertThat(w.store.named("scrape_body_size_bytes")).isEmpty();
  }

  @Test
  void writesALineForEachFailedScrapeIfAskedTo() throws Exception {
    Path file = Path.of("/logs/failures.log");
    w.world.disk().createDirectories(Path.of("/logs"));
    w.apply(ScrapeWorld.job(TARGET).withFailureLog(Optional.of(file.toString())));
    w.scrape();
    assertThat(w.world.disk().exists(file)).isFalse();
    w.status = 500;
    w.scrape();
    w.scrape();
    assertThat(new String(w.world.disk().readAll(file), StandardCharsets.UTF_8).lines()).hasSize(2).first().asString()
        .contains("\"level\":\"ERROR\"", "\"msg\":\"the target answered with status 500 instead of 200\"", "\"job_name\":\"j\"",
            "\"target\":\"http://127.0.0.1:9100/metrics\"");
  }

  @Test
  void targetsBehindDifferentSocketFilesAreDifferentOnesUnderOneAddress() throws InterruptedException {
    ScrapeJob job = ScrapeJob.defaults().withName("j").withTargets(List.of(
        new StaticTargets(List.of("localhost"), List.of(new TextEntry("__unix_socket__", "/run/a.sock"))),
        new StaticTargets(List.of("localhost"), List.of(new TextEntry("__unix_socket__", "/run/b.sock")))));
    w.apply(job);
    assertThat(w.scraper.targets()).hasSize(2).allSatisfy(target -> {
      assertThat(target.labels().get("instance")).isEqualTo("localhost");
      assertThat(target.labels().get("__unix_socket__")).isEmpty();
      assertThat(target.url()).isEqualTo("https://localhost/metrics");
    });
  }

  /** Values of a series of the one target. */
  private List<String> values(String metric, String... labels) {
    List<String> all = new ArrayList<>(List.of("__name__", metric, "job", "j", "instance", TARGET, "host", "127.0.0.1"));
    all.addAll(List.of(labels));
    return w.store.values(all.toArray(String[]::new));
  }

  @Test
  void spreadsTargetsOverTheInterval() throws InterruptedException {
    String[] addresses = new String[100];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = "10.0.0." + i + ":9100";
    }
    w.apply(ScrapeWorld.job(addresses));
    int[] perSecond = new int[15];
    w.scrape();
    w.scraper.targets().forEach(t -> perSecond[(int) (t.lastScrapeMillis() / 1000 % 15)]++);
    assertThat(java.util.Arrays.stream(perSecond).boxed().toList()).allMatch(count -> count > 0 && count < 20);
  }

  @Test
  void findsTargetsInFilesAndFollowsTheirChanges() throws Exception {
    Path file = Path.of("/targets/a.json");
    w.world.disk().createDirectories(Path.of("/targets"));
    w.world.disk().replace(file, "[{\"targets\": [\"127.0.0.1:9100\"], \"labels\": {\"env\": \"prod\"}}]".getBytes(StandardCharsets.UTF_8));
    DiscoverySettings settings = new DiscoverySettings(List.of(new DiscoverySettings.FromFiles(List.of("/targets/*.json"), 5)), List.of(), List.of(), List.of());
    w.apply(ScrapeWorld.job().withDiscovery(settings));
    w.scrape();
    w.scrape();
    assertThat(w.target().labels().get("env")).isEqualTo("prod");
    assertThat(w.target().discoveredLabels().get("__meta_filepath")).isEqualTo("/targets/a.json");
    w.world.disk().replace(file, "[{\"targets\": [".getBytes(StandardCharsets.UTF_8));
    w.scrape();
    assertThat(w.scraper.targets()).hasSize(1);
    assertThat(w.own("prometheus_sd_refresh_failures_total")).isPositive();
    w.world.disk().replace(file, "[]".getBytes(StandardCharsets.UTF_8));
    w.scrape();
    assertThat(w.scraper.targets()).isEmpty();
    assertThat(w.store.values("__name__", "a", "job", "j", "instance", TARGET, "host", "127.0.0.1", "env", "prod")).endsWith("stale");
  }

  @Test
  void findsTargetsByAskingAService() throws InterruptedException {
    w.listen(8080, Optional.empty(), (request, reply) -> reply.send("application/json", "[{\"targets\": [\"127.0.0.1:9100\"]}]"));
    DiscoverySettings settings = new DiscoverySettings(
        List.of(), List.of(new DiscoverySettings.FromHttp("http://127.0.0.1:8080/t", 60, ConnectionSettings.defaults())), List.of(), List.of());
    w.apply(ScrapeWorld.job().withDiscovery(settings));
    w.scrape();
    w.scrape();
    assertThat(w.target().health()).isEqualTo(TargetStatus.Health.UP);
    assertThat(w.target().discoveredLabels().get("__meta_url")).isEqualTo("http://127.0.0.1:8080/t");
  }

  @Test
  void findsTargetsInTheNameService() throws InterruptedException {
    w.world.network().setRecords("_node._tcp.x", "SRV", List.of("10 5 9100 node-1.x."));
    DiscoverySettings settings = new DiscoverySettings(
        List.of(), List.of(), List.of(new DiscoverySettings.FromDns(List.of("_node._tcp.x"), DiscoverySettings.RecordType.SRV, 0, 30)), List.of());
    w.apply(ScrapeWorld.job().withDiscovery(settings));
    w.scrape();
    w.scrape();
    assertThat(w.target().url()).isEqualTo("http://node-1.x:9100/metrics");
    assertThat(w.target().labels()).isEqualTo(Labels.of("job", "j", "instance", "node-1.x:9100", "host", "node-1.x"));
    assertThat(w.target().discoveredLabels().get("__meta_dns_srv_record_target")).isEqualTo("node-1.x");
  }
}
