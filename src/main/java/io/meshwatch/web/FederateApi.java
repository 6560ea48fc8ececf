package io.meshwatch.web;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.exposition.FederationPage;
import io.meshwatch.exposition.NameEscaping;
import io.meshwatch.exposition.Negotiation;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code GET /federate}: the newest sample of every series that matches, for another Prometheus to scrape.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/federation/">Federation</a>
 */
final class FederateApi {
  private static final int SERIES_MAX = 1_000_000;
  private static final Set<Negotiation.Format> FORMATS = Set.of(Negotiation.Format.TEXT, Negotiation.Format.PROTOBUF_DELIMITED);

  private final Engine engine;
  private final Clock clock;
  private final long lookbackMillis;
  /** Labels that a series gets behind its own ones, as Prometheus adds them; an empty instance keeps the scraping server from setting its own. */
  private final SortedMap<String, String> externalLabels;

  /**
   * Federation from this engine.
   *
   * @param lookbackMillis how old a sample may be
   * @param externalLabels labels that every series gets unless it has them
   */
  FederateApi(Engine engine, Clock clock, long lookbackMillis, Map<String, String> externalLabels) {
    this.engine = engine;
    this.clock = clock;
    this.lookbackMillis = lookbackMillis;
    this.externalLabels = new TreeMap<>(externalLabels);
    this.externalLabels.putIfAbsent(Labels.INSTANCE, "");
  }

  void addTo(Routes routes) {
    routes.get("/federate", this::federate);
  }

  private void federate(Routes.Call call) throws IOException {
    List<List<Matcher>> selectors = new ArrayList<>();
    for (String text : new Parameters(call.request()).all("match[]")) {
      try {
        selectors.add(Parser.parseSelector(text));
      } catch (ParseException e) {
        call.reply().status(400).send("text/plain; charset=utf-8", e.getMessage() + "\n");
        return;
      }
    }
    Negotiation negotiation = Negotiation.of(call.request().header("Accept").orElse(""), FORMATS, NameEscaping.UNDERSCORES);
    FederationPage page = FederationPage.in(negotiation);
    long now = clock.wallMillis();
    // A sample is seen for less than the lookback, as in queries.
    try (Querier querier = engine.queryable().querier(now - lookbackMillis + 1, now)) {
      newest(querier, selectors).forEach((labels, samples) -> add(page, labels, samples));
    }
    call.reply().header("Content-Type", negotiation.contentType()).send(page.finish());
  }

  /** The series of all selectors with their samples, each once, by name and then by the other labels. */
  private static SortedMap<Labels, SampleBuffer> newest(Querier querier, List<List<Matcher>> selectors) {
    SortedMap<Labels, SampleBuffer> found = new TreeMap<>(FederateApi::byName);
    for (List<Matcher> matchers : selectors) {
      SeriesSet series = querier.select(matchers);
      while (series.next() && found.size() < SERIES_MAX) {
        SampleBuffer samples = new SampleBuffer();
        series.at().read(Long.MIN_VALUE, Long.MAX_VALUE, samples);
        found.putIfAbsent(series.at().labels(), samples);
      }
    }
    return found;
  }

  private static int byName(Labels a, Labels b) {
    int names = a.metricName().compareTo(b.metricName());
    return names != 0 ? names : a.compareTo(b);
  }

  private void add(FederationPage page, Labels labels, SampleBuffer samples) {
    int last = samples.size() - 1;
    if (last < 0) {
      return;
    }
    SequencedMap<String, String> all = new LinkedHashMap<>();
    Labels own = labels.withoutMetricName();
    for (int i = 0; i < own.size(); i++) {
      all.put(own.name(i), own.value(i));
    }
    externalLabels.forEach(all::putIfAbsent);
    long at = samples.timestamps()[last];
    var histogram = samples.histogram(last);
    if (histogram != null) {
      if (!histogram.isStale()) {
        page.histogram(labels.metricName(), all, histogram, at);
      }
    } else if (!StaleMarker.is(samples.values()[last])) {
      page.sample(labels.metricName(), all, samples.values()[last], at);
    }
  }
}
