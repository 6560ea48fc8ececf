package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Timers;
import io.meshwatch.exposition.ClassicHistogramConversion;
import io.meshwatch.exposition.ExpositionException;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.ExpositionParser;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Arrivals;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.PromDuration;
import io.meshwatch.model.StoreUnavailableException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrapes one target again and again. Each scrape is one batch: the samples of the page, stale markers of series that are gone,
 * and the series about the scrape; a page that fails in any way leaves only stale markers and the report.
 *
 * <p>Everything but {@link #status} and {@link #metadata} is confined to the timer's thread, or to the thread that stopped it.
 */
final class TargetLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TargetLoop.class);
  /** How long a stopped loop may take to notice it. */
  private static final long STOP_MILLIS_MAX = 5_000;
  private static final ScrapeOutcome SCRAPED = new ScrapeOutcome.Scraped();

  /** What one scrape brought. */
  private record Page(ScrapeOutcome outcome, long samples, long samplesKept, long seriesAdded, long bodyBytes, String warning) {
    static Page failed(ScrapeOutcome outcome, long bodyBytes) {
      return new Page(outcome, 0, 0, 0, bodyBytes, "");
    }

    static Page of(ScrapeOutcome outcome, ScrapeBatch batch, long bodyBytes) {
      String warning = outcome.isUp() ? batch.refusals().text() : "";
      return new Page(outcome, batch.samples(), batch.samplesKept(), batch.seriesAdded(), bodyBytes, warning);
    }
  }

  private final ScrapeJob job;
  private final Target target;
  private final Environment environment;
  private final Supplier<Appender> appenders;
  private final Arrivals arrivals;
  private final ScrapeMetrics metrics;
  private final FailureLogs failureLogs;
  private final Credentials credentials;
  private final SampleLabels sampleLabels;
  private final ScrapeCache cache;
  private final ReportSeries report;
  private final TargetMetadata metadata = new TargetMetadata();
  private final List<HttpCall.Header> headers;
  private final String intervalText;

  private Timers.@Nullable Timer timer;
  private long lastStartNanos;
  private long lastDueMillis;
  /** Why no scrape is to be tried, empty if it is. */
  private volatile Optional<ScrapeOutcome> forbidden = Optional.empty();
  private volatile TargetStatus status;

  /**
   * @param predecessor a stopped loop whose series this one goes on with; null = none
   */
  TargetLoop(ScrapeJob job, Target target, Relabeling metricRelabeling, Credentials credentials, Environment environment,
      Supplier<Appender> appenders, Arrivals arrivals, ScrapeMetrics metrics, FailureLogs failureLogs, @Nullable TargetLoop predecessor) {
    this.job = job.withFormats(target.formats());
    this.target = target;
    this.environment = environment;
    this.appenders = appenders;
    this.arrivals = arrivals;
    this.metrics = metrics;
    this.failureLogs = failureLogs;
    this.credentials = credentials;
    this.sampleLabels = new SampleLabels(job, target.labels(), metricRelabeling);
    this.cache = predecessor == null ? new ScrapeCache() : ScrapeCache.successorOf(predecessor.cache);
    this.report = new ReportSeries(sampleLabels, job.extraMetrics());
    this.headers = headers();
    this.intervalText = PromDuration.format(target.intervalMillis());
    this.status = predecessor == null ? unknown() : predecessor.status;
  }

  private List<HttpCall.Header> headers() {
    List<HttpCall.Header> always =
        List.of(
            new HttpCall.Header("Accept", job.formats().acceptHeader()),
            new HttpCall.Header("User-Agent", "meshwatch"),
            new HttpCall.Header("X-Prometheus-Scrape-Timeout-Seconds", seconds(target.timeoutMillis())));
    return job.formats().compression()
        ? always
        : Stream.concat(always.stream(), Stream.of(new HttpCall.Header("Accept-Encoding", "identity"))).toList();
  }

  private static String seconds(long millis) {
    return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0);
  }

  private TargetStatus unknown() {
    return new TargetStatus(job.name(), target.labels(), target.discovered(), target.uri().toString(), TargetStatus.Health.UNKNOWN, "", "", 0,
        0, target.intervalMillis(), target.timeoutMillis(), 0);
  }

  Target target() {
    return target;
  }

  TargetStatus status() {
    return status;
  }

  Map<String, MetricMetadata> metadata() {
    return metadata.families();
  }

  void start() {
    timer = environment.timers().every("scrape " + target.uri().getAuthority(), target.intervalMillis(), target.phaseMillis(), this::scrape);
  }

  /** Makes every scrape fail with this outcome without asking the target; empty = scrape again. */
  void forbid(Optional<ScrapeOutcome> outcome) {
    forbidden = outcome;
  }

  /** Stops without ending the series: a successor goes on with them. */
  void stop() throws InterruptedException {
    Timers.Timer running = timer;
    if (running != null) {
      running.cancel(true);
      if (!running.awaitIdle(STOP_MILLIS_MAX)) {
        LOG.warn("scrape of {} did not stop within {}", target.uri(), PromDuration.format(STOP_MILLIS_MAX));
      }
    }
  }

  /** Ends all series of a stopped loop. */
  void end() {
    long atMillis = Math.max(environment.clock().wallMillis(), lastDueMillis + 1);
    Appender appender = appenders.get();
    cache.fail(appender, atMillis);
    report.end(appender, atMillis);
    try {
      appender.commit();
    } catch (StoreUnavailableException e) {
      LOG.warn("the end of {} could not be stored: {}", target.uri(), e.getMessage());
    }
  }

  private void scrape(long dueMillis) throws InterruptedException {
    long startNanos = environment.clock().monotonicNanos();
    if (lastStartNanos != 0) {
      metrics.intervalSeconds.labelValues(intervalText).observe((startNanos - lastStartNanos) / 1e9);
    }
    lastStartNanos = startNanos;
    HttpResult.Answer answer = null;
    ScrapeOutcome failure = forbidden.orElse(null);
    if (failure == null) {
      try {
        HttpResult result =
            environment.network().exchange(
                credentials.get(target.uri(), headers, target.timeoutMillis(), job.limits().effectiveBodyBytes()).withSocketFile(target.socketFile()));
        failure = failureOf(result);
        answer = failure == null ? (HttpResult.Answer) result : null;
      } catch (ScrapeFailure e) {
        failure = e.outcome();
      }
    }
    store(dueMillis, startNanos, answer, failure);
  }

  /** Why an exchange brought no page; null if it did. */
  private @Nullable ScrapeOutcome failureOf(HttpResult result) {
    return switch (result) {
      case HttpResult.Failure f ->
          switch (f.phase()) {
            case BODY_LIMIT -> {
              metrics.exceededBodySizeLimit.inc();
              yield new ScrapeOutcome.BodyTooLarge(job.limits().effectiveBodyBytes());
            }
            case TIMEOUT -> new ScrapeOutcome.TimedOut(f.message());
            case RESOLVE, CONNECT, TLS, SEND, FIRST_BYTE, BODY -> new ScrapeOutcome.NoAnswer(f.phase(), f.message());
          };
      case HttpResult.Answer a when a.status() == 401 || a.status() == 403 -> new ScrapeOutcome.Refused(credentials.user(), a.status());
      case HttpResult.Answer a when a.status() != 200 -> new ScrapeOutcome.BadStatus(a.status(), withoutQuery(target.uri()));
      case HttpResult.Answer a -> null;
    };
  }

  private static String withoutQuery(URI uri) {
    String text = uri.toString();
    int question = text.indexOf('?');
    return question < 0 ? text : text.substring(0, question);
  }

  private void store(long dueMillis, long startNanos, HttpResult.@Nullable Answer answer, @Nullable ScrapeOutcome failure) {
    Appender appender = appenders.get();
    boolean ended = false;
    try {
      Page page = failure == null && answer != null ? append(answer, appender, dueMillis) : Page.failed(noPage(failure), bodyBytes(failure));
      if (page.outcome.isUp()) {
        cache.succeed(appender, dueMillis);
      } else {
        appender.rollback();
        appender = appenders.get();
        cache.fail(appender, dueMillis);
      }
      double seconds = secondsSince(startNanos);
      report.append(
          appender,
          dueMillis,
          new ReportSeries.Report(page.outcome.isUp(), seconds, page.samples, page.samplesKept, page.seriesAdded,
              target.timeoutMillis() / 1000.0, job.limits().samples(), page.bodyBytes));
      ended = true;
      appender.commit();
      publish(dueMillis, seconds, page);
      arrivals.arrived(target.labels(), this::mayHave, dueMillis);
    } catch (StoreUnavailableException e) {
      ScrapeOutcome outcome = new ScrapeOutcome.NotStored(String.valueOf(e.getMessage()));
      publish(dueMillis, secondsSince(startNanos), Page.failed(outcome, 0));
    } finally {
      if (!ended) {
        appender.rollback();
      }
      lastDueMillis = dueMillis;
    }
  }

  /** Whether a metric may be among what a scrape stores; a page that describes nothing may have any. */
  private boolean mayHave(String metric) {
    return ReportSeries.has(metric) || metadata.mayHave(metric);
  }

  private double secondsSince(long startNanos) {
    return (environment.clock().monotonicNanos() - startNanos) / 1e9;
  }

  private static ScrapeOutcome noPage(@Nullable ScrapeOutcome failure) {
    if (failure == null) {
      throw new IllegalStateException("a scrape without an answer has a reason");
    }
    return failure;
  }

  private static long bodyBytes(@Nullable ScrapeOutcome failure) {
    return failure instanceof ScrapeOutcome.BodyTooLarge ? -1 : 0;
  }

  /** Reads the page into the batch. */
  private Page append(HttpResult.Answer answer, Appender appender, long dueMillis) {
    String contentType = answer.header("Content-Type").orElse("");
    Optional<ExpositionFormat> format = ExpositionFormat.ofContentType(contentType).or(() -> job.formats().fallback());
    if (format.isEmpty()) {
      return Page.failed(new ScrapeOutcome.UnknownFormat(contentType), answer.bodyLength());
    }
    ScrapeBatch batch =
        new ScrapeBatch(job, sampleLabels, cache, metadata, metrics, appender, dueMillis, format.get().isOpenMetrics());
    return Page.of(read(answer, format.get(), batch), batch, answer.bodyLength());
  }

  private ScrapeOutcome read(HttpResult.Answer answer, ExpositionFormat format, ScrapeBatch batch) {
    try {
      if (job.formats().convertClassicHistograms()) {
        ClassicHistogramConversion conversion = new ClassicHistogramConversion(batch, job.formats().alwaysClassicHistograms());
        ExpositionParser.parse(format, answer.body(), answer.bodyLength(), conversion);
        conversion.finish();
      } else {
        ExpositionParser.parse(format, answer.body(), answer.bodyLength(), batch);
      }
    } catch (ExpositionException e) {
      return ScrapeOutcome.BadPage.of(e);
    } catch (ScrapeFailure e) {
      boolean labels = e.outcome() instanceof ScrapeOutcome.LimitExceeded l && l.limit() == ScrapeOutcome.Limit.LABELS;
      if (labels) {
        metrics.exceededLabelLimits.inc();
      }
      return e.outcome();
    }
    if (batch.isOverSampleLimit()) {
      metrics.exceededSampleLimit.inc();
      return new ScrapeOutcome.LimitExceeded(ScrapeOutcome.Limit.SAMPLES,
          "the page has " + batch.samplesKept() + " samples, the limit is " + job.limits().samples());
    }
    return SCRAPED;
  }

  private void publish(long dueMillis, double seconds, Page page) {
    TargetStatus before = status;
    String reason = page.outcome.reason();
    TargetStatus.Health health = page.outcome.isUp() ? TargetStatus.Health.UP : TargetStatus.Health.DOWN;
    status = new TargetStatus(job.name(), target.labels(), target.discovered(), target.uri().toString(), health, reason, page.warning, dueMillis, seconds,
        target.intervalMillis(), target.timeoutMillis(), page.samples);
    if (health == TargetStatus.Health.DOWN) {
      failureLogs.write(job, target, reason, dueMillis);
    }
    if (health == TargetStatus.Health.DOWN && before.health() != health) {
      LOG.warn("target {} of job {} is down: {}", target.uri(), job.name(), reason);
    } else if (health == TargetStatus.Health.UP && before.health() == TargetStatus.Health.DOWN) {
      LOG.info("target {} of job {} is up again", target.uri(), job.name());
    }
  }
}
