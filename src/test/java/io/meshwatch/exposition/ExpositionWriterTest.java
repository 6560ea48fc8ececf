package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ExpositionWriterTest {
  private static final Labels SERIES = Labels.of("__name__", "requests_total", "path", "/a\"b\\c\nd");

  @Test
  void writesTextAsPrometheusReadsIt() {
    String page =
        text(
            new ExpositionWriter(false)
                .family("requests_total", new MetricMetadata(MetricMetadata.Type.COUNTER, "", "All\nrequests \\ \"here\"."))
                .sample(SERIES, 1e6)
                .sample(Labels.of("__name__", "bare"), Double.NaN, 1234)
                .sample(Labels.of("__name__", "dotted.name", "l.x", "v"), 0.5));
    assertThat(page).isEqualTo("""
        # HELP requests_total All\\nrequests \\\\ "here".
        # TYPE requests_total counter
        requests_total{path="/a\\"b\\\\c\\nd"} 1e+06
        bare NaN 1234
        {"dotted.name","l.x"="v"} 0.5
        """);
  }

  @Test
  void writesOpenMetricsWithExemplarAndEnd() {
    String page =
        text(
            new ExpositionWriter(true)
                .family("requests", new MetricMetadata(MetricMetadata.Type.COUNTER, "", ""))
                .sample(SERIES, 3, 1500, new Exemplar(Labels.of("trace", "x"), 0.25, 1400)));
    assertThat(page)
        .isEqualTo("# TYPE requests counter\nrequests_total{path=\"/a\\\"b\\\\c\\nd\"} 3.0 1.500 # {trace=\"x\"} 0.25 1.400\n# EOF\n");
  }

  @Test
  void whatItWritesReadsBack() {
    for (boolean openMetrics : new boolean[] {false, true}) {
      byte[] page = new ExpositionWriter(openMetrics).sample(SERIES, -0.1, 60_000).finish();
      Collected read = Collected.parse(openMetrics ? "application/openmetrics-text" : "text/plain", page);
      assertThat(read.samples().getFirst().labels()).isEqualTo(SERIES);
      assertThat(read.samples().getFirst().value()).isEqualTo(-0.1);
      assertThat(read.samples().getFirst().timestampMillis()).isEqualTo(60_000);
    }
  }

  private static String text(ExpositionWriter writer) {
    return new String(writer.finish(), StandardCharsets.UTF_8);
  }
}
