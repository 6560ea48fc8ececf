package io.meshwatch.scrape;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Series that are written again and again; one that is left out of a round ends with a stale marker. Confined to its owner. */
final class ShownSeries {
  private final Map<Labels, SeriesHandle> shown = new HashMap<>();
  private final Set<Labels> current = new HashSet<>();

  /** Adds a value to the round. */
  void append(Appender appender, Labels labels, MetricMetadata metadata, long atMillis, double value) {
    SeriesHandle series = shown.get(labels);
    if (series == null) {
      series = appender.series(labels);
      appender.metadata(series, metadata);
      shown.put(labels, series);
    }
    current.add(labels);
    appender.append(series, atMillis, value);
  }

  /** Ends the round, and the series that were not in it. */
  void endRound(Appender appender, long atMillis) {
    List<Labels> gone = new ArrayList<>(shown.keySet());
    gone.removeAll(current);
    for (Labels labels : gone) {
      SeriesHandle series = shown.remove(labels);
      if (series != null) {
        appender.append(series, atMillis, StaleMarker.VALUE);
      }
    }
    current.clear();
  }
}
