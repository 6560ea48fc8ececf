package io.meshwatch.scrape;

import io.meshwatch.exposition.SeriesText;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the labels a page gives into those that are stored: the target's labels are added, conflicts settled, metric relabelling
 * and the limits applied. Runs once for each new series of a target. Immutable.
 */
final class SampleLabels {
  private static final String EXPORTED_PREFIX = "exported_";

  private final ScrapeJob job;
  private final Labels targetLabels;
  private final Relabeling metricRelabeling;

  SampleLabels(ScrapeJob job, Labels targetLabels, Relabeling metricRelabeling) {
    this.job = job;
    this.targetLabels = targetLabels;
    this.metricRelabeling = metricRelabeling;
  }

  /** The labels to store, null if relabelling drops the series; throws {@link ScrapeFailure} if they cannot be. */
  @Nullable Labels stored(SeriesText.Decoded page) {
    Labels joined = job.honorLabels() ? honored(page) : overridden(page.labels());
    Labels labels = metricRelabeling.apply(joined);
    if (labels == null || labels.isEmpty()) {
      return null;
    }
    check(labels);
    return labels;
  }

  private Labels honored(SeriesText.Decoded page) {
    Labels.Builder builder = page.labels().toBuilder();
    for (int i = 0; i < targetLabels.size(); i++) {
      String name = targetLabels.name(i);
      if (!page.labels().has(name) && !page.emptyNames().contains(name)) {
        builder.set(name, targetLabels.value(i));
      }
    }
    return builder.build();
  }

  private Labels overridden(Labels page) {
    Labels.Builder builder = page.toBuilder();
    List<String> conflicts = new ArrayList<>();
    for (int i = 0; i < targetLabels.size(); i++) {
      String name = targetLabels.name(i);
      if (page.has(name)) {
        conflicts.add(name);
      }
      builder.set(name, targetLabels.value(i));
    }
    // Shorter names first, so that "a" becomes "exported_a" before "exported_a" itself has to give way.
    conflicts.sort(Comparator.comparingInt(String::length));
    for (String name : conflicts) {
      String exported = EXPORTED_PREFIX + name;
      while (!builder.get(exported).isEmpty()) {
        exported = EXPORTED_PREFIX + exported;
      }
      builder.set(exported, page.get(name));
    }
    return builder.build();
  }

  /** Labels of a series about the scrape itself. */
  Labels report(String metricName) {
    return targetLabels.toBuilder().set(Labels.METRIC_NAME, metricName).build();
  }

  private void check(Labels labels) {
    String metric = labels.metricName();
    if (metric.isEmpty()) {
      throw new ScrapeFailure(new ScrapeOutcome.BadSeries("series " + labels + " has no metric name"));
    }
    if (job.formats().legacyNamesOnly()) {
      checkLegacyNames(labels);
    }
    ScrapeLimits limits = job.limits();
    if (limits.labels() > 0 && labels.size() > limits.labels()) {
      throw tooLarge("series " + metric + " has " + labels.size() + " labels, the limit is " + limits.labels());
    }
    if (limits.labelNameLength() > 0 || limits.labelValueLength() > 0) {
      checkLengths(labels, limits);
    }
  }

  private static void checkLegacyNames(Labels labels) {
    boolean valid = Names.isLegacyMetricName(labels.metricName());
    for (int i = 0; i < labels.size() && valid; i++) {
      valid = Names.isLegacyLabelName(labels.name(i));
    }
    if (!valid) {
      throw new ScrapeFailure(new ScrapeOutcome.BadSeries("series " + labels + " has a name outside of the old alphabet"));
    }
  }

  private static void checkLengths(Labels labels, ScrapeLimits limits) {
    for (int i = 0; i < labels.size(); i++) {
      int nameLength = utf8Length(labels.name(i));
      if (limits.labelNameLength() > 0 && nameLength > limits.labelNameLength()) {
        throw tooLarge("label name " + Names.quote(shortened(labels.name(i))) + " of series " + labels.metricName() + " has " + nameLength
            + " bytes, the limit is " + limits.labelNameLength());
      }
      int valueLength = utf8Length(labels.value(i));
      if (limits.labelValueLength() > 0 && valueLength > limits.labelValueLength()) {
        throw tooLarge("the value of label " + labels.name(i) + " of series " + labels.metricName() + " has " + valueLength
            + " bytes, the limit is " + limits.labelValueLength());
      }
    }
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String shortened(String text) {
    return text.length() <= 50 ? text : text.substring(0, 50) + "…";
  }

  private static ScrapeFailure tooLarge(String message) {
    return new ScrapeFailure(new ScrapeOutcome.LimitExceeded(ScrapeOutcome.Limit.LABELS, message));
  }
}
