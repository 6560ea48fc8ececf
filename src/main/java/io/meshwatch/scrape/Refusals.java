package io.meshwatch.scrape;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.SeriesHandle;
import java.util.ArrayList;
import java.util.List;

/** Samples of one page that the store did not take, by reason: counted as Prometheus does, and told at the target. Confined to one scrape. */
final class Refusals {
  private final ScrapeMetrics metrics;
  private int outOfOrder;
  private int duplicates;
  private int outOfBounds;
  private int overLimit;
  private String limit = "";

  Refusals(ScrapeMetrics metrics) {
    this.metrics = metrics;
  }

  /** Notes what became of a sample; returns whether it is stored. */
  boolean isStored(AppendOutcome outcome, SeriesHandle series) {
    switch (outcome) {
      case APPENDED, DUPLICATE_SAME_VALUE -> {
        return true;
      }
      case DUPLICATE_TIMESTAMP -> duplicate();
      case OUT_OF_ORDER, TOO_OLD -> {
        outOfOrder++;
        metrics.outOfOrder.inc();
      }
      case OUT_OF_BOUNDS -> {
        outOfBounds++;
        metrics.outOfBounds.inc();
      }
      case SERIES_LIMIT -> {
        overLimit++;
        // The first tells most: where a label has too many values, they stand together on the page.
        limit = limit.isEmpty() ? series.refusal() : limit;
        metrics.seriesRefused.inc();
      }
    }
    return false;
  }

  /** Notes a second sample of a series on one page. */
  void duplicate() {
    duplicates++;
    metrics.duplicateTimestamp.inc();
  }

  /** What was left out, in one sentence; empty if nothing was. */
  String text() {
    List<String> parts = new ArrayList<>();
    add(parts, outOfOrder, "older than the newest of their series");
    add(parts, duplicates, "of a series that has another value at that time");
    add(parts, outOfBounds, "too far from now");
    add(parts, overLimit, limit.isEmpty() ? "beyond a limit" : "beyond a limit, first: " + limit);
    return parts.isEmpty() ? "" : "samples of the last page were left out: " + String.join("; ", parts);
  }

  private static void add(List<String> parts, int count, String reason) {
    if (count > 0) {
      parts.add(count + " " + reason);
    }
  }
}
