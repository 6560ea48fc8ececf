package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Histogram;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FederationPageTest {
  private static final long AT = 6_060_000;
  private static final SortedMap<String, String> LABELS = new TreeMap<>(Map.of("instance", "a"));

  private final FederationPage protobuf = FederationPage.in(new Negotiation(Negotiation.Format.PROTOBUF_DELIMITED, NameEscaping.UNDERSCORES));
  private final FederationPage text = FederationPage.in(new Negotiation(Negotiation.Format.TEXT, NameEscaping.UNDERSCORES));

  private static Histogram histogram(boolean integral) {
    return new Histogram(Histogram.ResetHint.UNKNOWN, 2, 0.001, 3, 12, 7.5, List.of(new Histogram.Span(-1, 2), new Histogram.Span(3, 1)),
        new double[] {4, 1, 2}, List.of(new Histogram.Span(0, 1)), new double[] {2}, new double[0], integral);
  }

  private Collected read() {
    return Collected.parse(ExpositionFormat.PROTOBUF.mediaType(), protobuf.finish());
  }

  @Test
  void givesNativeHistogramsInProtobufWithAllTheirBuckets() {
    for (boolean integral : List.of(true, false)) {
      protobuf.histogram("latency", LABELS, histogram(integral), AT);
    }
    assertThat(read().histograms).hasSize(2).allSatisfy(sample -> {
      Histogram read = sample.histogram();
      assertThat(read.schema()).isEqualTo(2);
      assertThat(read.zeroCount()).isEqualTo(3);
      assertThat(read.count()).isEqualTo(12);
      assertThat(read.positiveBuckets()).containsExactly(4, 1, 2);
      assertThat(read.negativeBuckets()).containsExactly(2);
      assertThat(read.positiveSpans()).containsExactly(new Histogram.Span(-1, 2), new Histogram.Span(3, 1));
    });
  }

  @Test
  void showsAHistogramWithCustomBucketsAsAClassicOne() {
    Histogram custom = new Histogram(Histogram.ResetHint.UNKNOWN, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, 6, 9, List.of(new Histogram.Span(1, 2)),
        new double[] {4, 2}, List.of(), new double[0], new double[] {1, 5}, true);
    protobuf.histogram("size", LABELS, custom, AT);
    assertThat(read().samples()).extracting(entry -> entry.labels().get("le") + " " + entry.value())
        .contains("1.0 0.0", "5.0 4.0", "+Inf 6.0");
  }

  @Test
  void givesFloatsInProtobufUntyped() {
    protobuf.sample("up", LABELS, 1, AT);
    protobuf.sample("up", LABELS, 0, AT);
    assertThat(read().samples()).hasSize(2).allSatisfy(entry -> assertThat(entry.timestampMillis()).isEqualTo(AT));
  }

  @Test
  void showsCountAndSumOfNativeHistogramsInText() {
    text.histogram("latency", LABELS, histogram(true), AT);
    assertThat(new String(text.finish(), StandardCharsets.UTF_8)).isEqualTo("""
        # TYPE latency histogram
        latency_bucket{instance="a",le="+Inf"} 12 6060000
        latency_sum{instance="a"} 7.5 6060000
        latency_count{instance="a"} 12 6060000
        """);
  }

  @Test
  void escapesNamesThatTheClientDoesNotKnow() {
    text.sample("a.b", new TreeMap<>(Map.of("x-y", "1")), 1, AT);
    FederationPage utf8 = FederationPage.in(new Negotiation(Negotiation.Format.TEXT, NameEscaping.ALLOW_UTF_8));
    utf8.sample("a.b", new TreeMap<>(Map.of("x-y", "1")), 1, AT);
    assertThat(new String(text.finish(), StandardCharsets.UTF_8)).contains("a_b{x_y=\"1\"} 1");
    assertThat(new String(utf8.finish(), StandardCharsets.UTF_8)).contains("{\"a.b\",\"x-y\"=\"1\"} 1");
  }
}
