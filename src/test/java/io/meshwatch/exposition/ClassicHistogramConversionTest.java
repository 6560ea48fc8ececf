package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassicHistogramConversionTest {
  private static final String PAGE = """
      # TYPE other counter
      other_total 1
      # TYPE h histogram
      h_bucket{path="/",le="0.1"} 2
      h_bucket{path="/",le="1"} 5
      h_bucket{path="/",le="+Inf"} 7
      h_sum{path="/"} 4.5
      h_count{path="/"} 7
      h_bucket{path="/a",le="0.1"} 0
      h_bucket{path="/a",le="+Inf"} 1
      h_sum{path="/a"} 3
      h_count{path="/a"} 1
      # TYPE last gauge
      last 2
      """;

  private static Collected convert(String contentType, byte[] page, boolean keepsClassic) {
    ExpositionFormat format = ExpositionFormat.ofContentType(contentType).orElseThrow();
    Collected collected = new Collected(format.isOpenMetrics());
    ClassicHistogramConversion conversion = new ClassicHistogramConversion(collected, keepsClassic);
    ExpositionParser.parse(format, page, page.length, conversion);
    conversion.finish();
    return collected;
  }

  private static Collected convert(String page) {
    return convert("text/plain", page.getBytes(StandardCharsets.UTF_8), false);
  }

  private static List<String> names(Collected collected) {
    return collected.samples().stream().map(s -> s.labels().metricName()).distinct().toList();
  }

  @Test
  void makesOneHistogramOfThePartsWithTheSameLabels() {
    Collected found = convert(PAGE);
    assertThat(names(found)).containsExactly("other_total", "last");
    assertThat(found.histograms).extracting(Collected.NativeSample::labels)
        .containsExactly(Labels.of("__name__", "h", "path", "/"), Labels.of("__name__", "h", "path", "/a"));
    Histogram first = found.histograms.getFirst().histogram();
    assertThat(first.hasCustomBuckets()).isTrue();
    assertThat(first.customValues()).containsExactly(0.1, 1);
    assertThat(first.positiveBuckets()).containsExactly(2, 3, 2);
    assertThat(first.count()).isEqualTo(7);
    assertThat(first.sum()).isEqualTo(4.5);
    assertThat(first.integral()).isTrue();
  }

  @Test
  void keepsThePartsWhereTheyAreWanted() {
    Collected found = convert("text/plain", PAGE.getBytes(StandardCharsets.UTF_8), true);
    assertThat(names(found)).containsExactly("other_total", "h_bucket", "h_sum", "h_count", "last");
    assertThat(found.histograms).hasSize(2);
  }

  @Test
  void understandsBucketsInAnyOrderFractionsAndAMissingInfinity() {
    Collected found = convert("# TYPE h histogram\nh_count 3.5\nh_bucket{le=\"2\"} 3\nh_bucket{le=\"1\"} 1\nh_sum 9\n");
    Histogram histogram = found.histograms.getFirst().histogram();
    assertThat(histogram.customValues()).containsExactly(1, 2);
    assertThat(histogram.positiveBuckets()).containsExactly(1, 2, 0.5);
    assertThat(histogram.integral()).isFalse();
  }

  @Test
  void leavesOutWhatContradictsItself() {
    assertThat(convert("# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 3\nh_count 5\n").histograms).isEmpty();
    assertThat(convert("# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"+Inf\"} 6\nh_count 7\n").histograms).isEmpty();
    assertThat(convert("# TYPE h histogram\nh_bucket{le=\"nonsense\"} 5\nh_count 7\n").histograms).isEmpty();
  }

  @Test
  void leavesOtherSeriesOfTheFamilyAlone() {
    Collected found = convert("# TYPE h histogram\nh_max 3\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n# TYPE g gauge\ng_count 4\n");
    assertThat(names(found)).containsExactly("h_max", "g_count");
    assertThat(found.histograms).hasSize(1);
  }

  @Test
  void handsOnExemplarsAndTheTimeOfTheHistogram() {
    Collected found = convert("application/openmetrics-text", """
        # TYPE h histogram
        h_bucket{le="1.0"} 2 1700000000 # {trace_id="t"} 0.5
        h_bucket{le="+Inf"} 3 1700000000
        h_sum 4 1700000000
        h_count 3 1700000000
        # EOF
        """.getBytes(StandardCharsets.UTF_8), false);
    assertThat(found.histograms).hasSize(1);
    assertThat(found.exemplarsOfHistograms).extracting(e -> e.labels().get("trace_id")).containsExactly("t");
  }
}
