package io.meshwatch;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Arrivals;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a small batch and tells when it is visible, for writers that do not do that themselves. Confined to one thread. */
final class AnnouncingAppender implements Appender {
  private final Appender appender;
  private final Arrivals arrivals;
  private final Set<String> metrics = new HashSet<>();
  private long newestMillis;

  AnnouncingAppender(Appender appender, Arrivals arrivals) {
    this.appender = appender;
    this.arrivals = arrivals;
  }

  private void note(SeriesHandle series, long timestampMillis) {
    metrics.add(series.labels().metricName());
    newestMillis = Math.max(newestMillis, timestampMillis);
  }

  @Override
  public SeriesHandle series(Labels labels) {
    return appender.series(labels);
  }

  @Override
  public AppendOutcome append(SeriesHandle series, long timestampMillis, double value) {
    note(series, timestampMillis);
    return appender.append(series, timestampMillis, value);
  }

  @Override
  public AppendOutcome append(SeriesHandle series, long timestampMillis, Histogram histogram) {
    note(series, timestampMillis);
    return appender.append(series, timestampMillis, histogram);
  }

  @Override
  public void appendStart(SeriesHandle series, long startMillis, @Nullable Histogram like) {
    appender.appendStart(series, startMillis, like);
  }

  @Override
  public void exemplar(SeriesHandle series, Exemplar exemplar) {
    appender.exemplar(series, exemplar);
  }

  @Override
  public void metadata(SeriesHandle series, MetricMetadata metadata) {
    appender.metadata(series, metadata);
  }

  @Override
  public void commit() {
    appender.commit();
    arrivals.arrived(Labels.EMPTY, metrics::contains, newestMillis);
    metrics.clear();
  }

  @Override
  public void rollback() {
    appender.rollback();
    metrics.clear();
  }
}
