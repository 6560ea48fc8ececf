package io.meshwatch.scrape;

import io.meshwatch.exposition.ExpositionSink;
import io.meshwatch.exposition.NativeHistograms;
import io.meshwatch.exposition.SeriesText;
import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import org.jspecify.annotations.Nullable;

/**
 * Takes one page from the parser to an appender: finds each series in the cache, applies timestamps and limits, counts. Confined
 * to one scrape.
 */
final class ScrapeBatch implements ExpositionSink {
  private final ScrapeJob job;
  private final SampleLabels sampleLabels;
  private final ScrapeCache cache;
  private final TargetMetadata metadata;
  private final ScrapeMetrics metrics;
  private final Refusals refusals;
  private final Appender appender;
  private final long atMillis;
  private final boolean openMetrics;

  private MetricMetadata.Type familyType = MetricMetadata.Type.UNKNOWN;
  /** The series of the last sample if that was stored, for what the page adds to it. */
  private @Nullable SeriesHandle last;
  private long lastTimestampMillis;
  /** When the next sample's series began to count. */
  private long createdMillis = NO_TIMESTAMP;
  private long samples;
  private long samplesKept;
  private long seriesAdded;

  ScrapeBatch(ScrapeJob job, SampleLabels sampleLabels, ScrapeCache cache, TargetMetadata metadata, ScrapeMetrics metrics,
      Appender appender, long atMillis, boolean openMetrics) {
    this.job = job;
    this.sampleLabels = sampleLabels;
    this.cache = cache;
    this.metadata = metadata;
    this.metrics = metrics;
    this.refusals = new Refusals(metrics);
    this.appender = appender;
    this.atMillis = atMillis;
    this.openMetrics = openMetrics;
    cache.begin();
    metadata.begin();
  }

  /** Samples on the page. */
  long samples() {
    return samples;
  }

  /** Samples that metric relabelling kept. */
  long samplesKept() {
    return samplesKept;
  }

  /** Series that were not on the pages before. */
  long seriesAdded() {
    return seriesAdded;
  }

  /** What the store did not take. */
  Refusals refusals() {
    return refusals;
  }

  /** Whether more samples were kept than allowed; the page was still read to its end, for the count. */
  boolean isOverSampleLimit() {
    return job.limits().samples() > 0 && samplesKept > job.limits().samples();
  }

  @Override
  public int recognize(byte[] page, int from, int limit) {
    return cache.recognize(page, from, limit);
  }

  @Override
  public NativeHistograms nativeHistograms() {
    if (!job.formats().nativeHistograms()) {
      return NativeHistograms.IGNORE;
    }
    return job.formats().alwaysClassicHistograms() ? NativeHistograms.BOTH : NativeHistograms.PREFER;
  }

  @Override
  public void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type) {
    familyType = type;
    metadata.type(page, nameFrom, nameTo, type);
  }

  @Override
  public void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    metadata.help(page, nameFrom, nameTo, textFrom, textTo, openMetrics);
  }

  @Override
  public void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    metadata.unit(page, nameFrom, nameTo, textFrom, textTo);
  }

  @Override
  public void sample(byte[] page, int seriesFrom, int seriesTo, double value, long timestampMillis) {
    long startMillis = takeCreated();
    SeriesHandle series = accept(page, seriesFrom, seriesTo, timestampMillis);
    if (series != null) {
      start(series, startMillis, null);
      keep(appender.append(series, lastTimestampMillis, value), series);
    }
  }

  private long takeCreated() {
    long startMillis = createdMillis;
    createdMillis = NO_TIMESTAMP;
    return startMillis;
  }

  /** A zero where the series began to count, if the page says when: before the sample, so that its increase since then is seen. */
  private void start(SeriesHandle series, long startMillis, @Nullable Histogram like) {
    if (startMillis != NO_TIMESTAMP && startMillis < lastTimestampMillis) {
      appender.appendStart(series, startMillis, like);
    }
  }

  @Override
  public void histogram(byte[] page, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis) {
    long startMillis = takeCreated();
    SeriesHandle series = accept(page, seriesFrom, seriesTo, timestampMillis);
    if (series == null) {
      return;
    }
    ScrapeLimits limits = job.limits();
    Histogram kept = HistogramReduction.within(histogram, limits.histogramBuckets(), limits.histogramBucketFactor());
    int buckets = HistogramReduction.buckets(kept);
    if (limits.histogramBuckets() > 0 && buckets > limits.histogramBuckets()) {
      metrics.exceededBucketLimit.inc();
      throw new ScrapeFailure(new ScrapeOutcome.LimitExceeded(ScrapeOutcome.Limit.HISTOGRAM_BUCKETS,
          "histogram " + series.labels().metricName() + " has " + buckets + " buckets at its lowest resolution, the limit is " + limits.histogramBuckets()));
    }
    start(series, startMillis, kept);
    keep(appender.append(series, lastTimestampMillis, kept), series);
  }

  /** What the page adds to a sample that is not stored is not stored, either. */
  private void keep(AppendOutcome outcome, SeriesHandle series) {
    if (!refusals.isStored(outcome, series)) {
      last = null;
    }
  }

  /** Finds the series of a sample and its time; null if the sample is not to be stored. */
  private @Nullable SeriesHandle accept(byte[] page, int from, int to, long pageTimestampMillis) {
    samples++;
    last = null;
    boolean explicit = pageTimestampMillis != NO_TIMESTAMP && job.honorTimestamps();
    lastTimestampMillis = explicit ? pageTimestampMillis : atMillis;
    int number = cache.find(page, from, to);
    boolean isNew = number == ScrapeCache.NEW;
    if (isNew) {
      number = add(page, from, to);
    }
    boolean first = cache.see(number);
    SeriesHandle series = cache.series(number);
    if (series == null) {
      return null;
    }
    samplesKept++;
    if (isOverSampleLimit()) {
      return null;
    }
    seriesAdded += isNew ? 1 : 0;
    if (!explicit || job.trackTimestampsStaleness()) {
      cache.track(number);
    }
    if (!first && !explicit) {
      refusals.duplicate();
      return null;
    }
    last = series;
    return series;
  }

  private int add(byte[] page, int from, int to) {
    Labels labels = sampleLabels.stored(SeriesText.decode(page, from, to, familyType));
    if (labels == null) {
      return cache.add(page, from, to, null);
    }
    SeriesHandle series = appender.series(labels);
    MetricMetadata known = metadata.of(labels.metricName());
    if (known != null) {
      appender.metadata(series, known);
    }
    return cache.add(page, from, to, series);
  }

  @Override
  public void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis) {
    SeriesHandle series = last;
    if (series != null) {
      long at = timestampMillis == NO_TIMESTAMP ? lastTimestampMillis : timestampMillis;
      appender.exemplar(series, new Exemplar(SeriesText.exemplarLabels(page, labelsFrom, labelsTo), value, at));
    }
  }

  @Override
  public boolean wantsCreated() {
    return job.formats().zeroAtStart();
  }

  @Override
  public void created(long timestampMillis) {
    createdMillis = timestampMillis;
  }
}
