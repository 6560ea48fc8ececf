package io.meshwatch.exposition;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes a page of metrics as text 0.0.4 or OpenMetrics: families one after the other, samples as they come. Confined to one
 * thread.
 */
public final class ExpositionWriter {
  private final StringBuilder page = new StringBuilder(1 << 12);
  private final boolean openMetrics;

  /** A writer of an OpenMetrics page, or of text 0.0.4. */
  public ExpositionWriter(boolean openMetrics) {
    this.openMetrics = openMetrics;
  }

  /** Begins a family; empty help and unit are left out, and so is the unit in text 0.0.4, which has none. */
  public ExpositionWriter family(String name, MetricMetadata metadata) {
    String written = Names.isLegacyMetricName(name) ? name : quoted(name);
    if (!metadata.help().isEmpty()) {
      page.append("# HELP ").append(written).append(' ').append(help(metadata.help())).append('\n');
    }
    page.append("# TYPE ").append(written).append(' ').append(typeText(metadata.type())).append('\n');
    if (openMetrics && !metadata.unit().isEmpty()) {
      page.append("# UNIT ").append(written).append(' ').append(metadata.unit()).append('\n');
    }
    return this;
  }

  private String typeText(MetricMetadata.Type type) {
    if (openMetrics) {
      return type.text();
    }
    return switch (type) {
      case COUNTER, GAUGE, HISTOGRAM, SUMMARY -> type.text();
      case INFO, STATE_SET -> "gauge";
      case UNKNOWN, GAUGE_HISTOGRAM -> "untyped";
    };
  }

  private String help(String text) {
    return openMetrics ? SeriesWriter.escaped(text) : text.replace("\\", "\\\\").replace("\n", "\\n");
  }

  /** A sample without timestamp. */
  public ExpositionWriter sample(Labels labels, double value) {
    return line(labels, value, ExpositionSink.NO_TIMESTAMP, null);
  }

  /** A sample with its time. */
  public ExpositionWriter sample(Labels labels, double value, long timestampMillis) {
    return line(labels, value, timestampMillis, null);
  }

  /** A sample with an exemplar, which text 0.0.4 cannot carry. */
  public ExpositionWriter sample(Labels labels, double value, long timestampMillis, Exemplar exemplar) {
    return line(labels, value, timestampMillis, exemplar);
  }

  private ExpositionWriter line(Labels labels, double value, long timestampMillis, @Nullable Exemplar exemplar) {
    series(labels);
    page.append(' ').append(number(value));
    timestamp(timestampMillis);
    if (openMetrics && exemplar != null) {
      page.append(" # ");
      braces(exemplar.labels(), "");
      page.append(' ').append(number(exemplar.value()));
      timestamp(exemplar.timestampMillis());
    }
    page.append('\n');
    return this;
  }

  private String number(double value) {
    return openMetrics ? NumberText.openMetrics(value) : NumberText.general(value);
  }

  private void timestamp(long millis) {
    if (millis == ExpositionSink.NO_TIMESTAMP) {
      return;
    }
    page.append(' ');
    if (openMetrics) {
      page.append(BigDecimal.valueOf(millis, 3).toPlainString());
    } else {
      page.append(millis);
    }
  }

  private void series(Labels labels) {
    String name = labels.metricName();
    Labels rest = labels.withoutMetricName();
    if (Names.isLegacyMetricName(name)) {
      page.append(name);
      if (!rest.isEmpty()) {
        braces(rest, "");
      }
    } else {
      braces(rest, quoted(name));
    }
  }

  private void braces(Labels labels, String first) {
    page.append('{').append(first);
    for (int i = 0; i < labels.size(); i++) {
      boolean leading = i == 0 && first.isEmpty();
      String name = labels.name(i);
      page.append(leading ? "" : ",").append(Names.isLegacyLabelName(name) ? name : quoted(name));
      page.append('=').append(quoted(labels.value(i)));
    }
    page.append('}');
  }

  private static String quoted(String text) {
    return '"' + SeriesWriter.escaped(text) + '"';
  }

  /** The whole page; OpenMetrics ends it with {@code # EOF}. */
  public byte[] finish() {
    if (openMetrics) {
      page.append("# EOF\n");
    }
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }
}
