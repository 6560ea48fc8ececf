package io.meshwatch.environment;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Metric;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * meshwatch's own metrics. Asking for a metric a second time returns the first one, so that every part declares what it uses
 * where it uses it. Safe for all threads.
 */
public final class Telemetry {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<String, Metric> metrics = new ConcurrentHashMap<>();

  /** A counter; the name without {@code _total}. */
  public Counter counter(String name, String help, String... labelNames) {
    return (Counter) metrics.computeIfAbsent(
        name, n -> Counter.builder().name(n).help(help).withoutExemplars().labelNames(labelNames).register(registry));
  }

  public Gauge gauge(String name, String help, String... labelNames) {
    return (Gauge) metrics.computeIfAbsent(name, n -> Gauge.builder().name(n).help(help).labelNames(labelNames).register(registry));
  }

  /** A gauge that is asked for its value when it is scraped. */
  public void gauge(String name, String help, DoubleSupplier value) {
    metrics.computeIfAbsent(
        name,
        n -> GaugeWithCallback.builder().name(n).help(help).callback(c -> c.call(value.getAsDouble())).register(registry));
  }

  /** A histogram with fixed buckets; the upper bounds ascend. */
  public Histogram histogram(String name, String help, double[] upperBounds, String... labelNames) {
    return (Histogram) metrics.computeIfAbsent(
        name,
        n -> Histogram.builder().name(n).help(help).withoutExemplars().classicOnly().classicUpperBounds(upperBounds).labelNames(labelNames).register(registry));
  }

  /** For libraries' own collectors, such as the JVM's. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** All metrics in text format 0.0.4. */
  public byte[] exposition() {
    return written(PrometheusTextFormatWriter.builder().build());
  }

  /** All metrics in OpenMetrics 1.0. */
  public byte[] openMetrics() {
    return written(OpenMetricsTextFormatWriter.create());
  }

  private byte[] written(ExpositionFormatWriter writer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
    try {
      writer.write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
