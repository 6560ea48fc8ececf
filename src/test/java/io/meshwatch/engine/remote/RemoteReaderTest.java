package io.meshwatch.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.exposition.ProtoWriter;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.promql.MemoryStore;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemoteReaderTest {
  private static final Labels FLOATS = Labels.of("__name__", "temperature", "job", "a");
  private static final Labels HISTOGRAMS = Labels.of("__name__", "latency", "job", "a");
  private static final int SAMPLES = 300;

  private final MemoryStore store = new MemoryStore();
  private final RemoteReader reader = new RemoteReader(store);

  RemoteReaderTest() {
    for (int i = 0; i < SAMPLES; i++) {
      store.add(FLOATS, i * 1_000L, i == 7 ? StaleMarker.VALUE : i / 4.0);
      store.add(HISTOGRAMS, i * 1_000L, histogram(i));
    }
    store.add(Labels.of("__name__", "other", "job", "b"), 5_000, 1);
  }

  /** Whole numbers first, later fractions, then custom buckets: three kinds of chunks. */
  private static Histogram histogram(int i) {
    List<Histogram.Span> spans = List.of(new Histogram.Span(-2, 2), new Histogram.Span(1, 1));
    double[] none = {};
    if (i < 100) {
      return new Histogram(Histogram.ResetHint.UNKNOWN, 1, 0.001, 1, 10 + i, 5, spans, new double[] {2, 3 + i, 4}, List.of(), none, none, true);
    }
    if (i < 200) {
      return new Histogram(Histogram.ResetHint.UNKNOWN, 1, 0.001, 0.5, 10.5 + i, 5, spans, new double[] {2.5, 3 + i, 4.5}, List.of(new Histogram.Span(0, 1)),
          new double[] {1}, none, false);
    }
    return new Histogram(Histogram.ResetHint.GAUGE, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, 3, 1, List.of(new Histogram.Span(0, 2)), new double[] {1, 2},
        List.of(), none, new double[] {0.5, 1.5}, true);
  }

  private Map<Labels, String> samples(long from, long to) throws Exception {
    return ReadAnswers.samples(reader.samples(ReadRequest.decode(ReadAnswers.request("job", "a", from, to, false))));
  }

  private Map<Labels, String> streamed(long from, long to) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReadRequest request = ReadRequest.decode(ReadAnswers.request("job", "a", from, to, true));
    assertThat(request.streamed()).isTrue();
    reader.stream(request, out);
    return ReadAnswers.streamed(out.toByteArray());
  }

  @Test
  void givesTheSamplesOfSeriesThatMatchWithStaleMarkers() throws Exception {
    Map<Labels, String> found = samples(5_000, 8_000);
    assertThat(found.keySet()).containsExactly(HISTOGRAMS, FLOATS);
    assertThat(found.get(FLOATS)).isEqualTo("5000=1.25 6000=1.5 7000=NaN 8000=2.0 ");
    assertThat(found.get(HISTOGRAMS)).isEqualTo("5000=15.0/5.0 6000=16.0/5.0 7000=17.0/5.0 8000=18.0/5.0 ");
    assertThat(samples(-10, -5)).isEmpty();
  }

  @Test
  void streamsTheSameAsItSendsInOnePiece() throws Exception {
    assertThat(streamed(3_000, 290_000)).isEqualTo(samples(3_000, 290_000));
    assertThat(streamed(0, Long.MAX_VALUE)).hasEntrySatisfying(FLOATS, samples -> assertThat(samples.split(" ")).hasSize(SAMPLES));
  }

  @Test
  void writesHistogramsThatReadTheSame() {
    for (int i : new int[] {0, 150, 250}) {
      byte[] message = HistogramMessage.of(histogram(i), 42).toBytes();
      HistogramDecoder.Decoded decoded = HistogramDecoder.decode(new ProtoReader(message, message.length));
      assertThat(decoded.histogram()).isEqualTo(histogram(i));
      assertThat(decoded.timestampMillis()).isEqualTo(42);
    }
  }

  @Test
  void splitsALongSeriesIntoFrames() throws Exception {
    MemoryStore large = new MemoryStore();
    for (int i = 0; i < 200_000; i++) {
      large.add(FLOATS, i * 1_000L, Math.sqrt(i));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new RemoteReader(large).stream(ReadRequest.decode(ReadAnswers.request("job", "a", 0, Long.MAX_VALUE, true)), out);
    assertThat(out.size()).isGreaterThan(1 << 20);
    assertThat(new ProtoReader(out.toByteArray(), out.size()).varint()).as("bytes of the first frame").isBetween(1L << 20, (1L << 20) + 5_000);
    assertThat(ReadAnswers.streamed(out.toByteArray())).hasEntrySatisfying(FLOATS, samples -> assertThat(samples.split(" ")).hasSize(200_000));
  }

  @Test
  void refusesMoreSamplesThanItHolds() {
    RemoteReader small = new RemoteReader(store, 500);
    ReadRequest request = ReadRequest.decode(ReadAnswers.request("job", "a", 0, 300_000, false));
    assertThatThrownBy(() -> small.samples(request)).isInstanceOf(BadRemoteRequestException.class).hasMessage("exceeded sample limit (500)");
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThatThrownBy(() -> ReadRequest.decode(new byte[0])).hasMessageContaining("not compressed with snappy");
    assertThatThrownBy(() -> ReadRequest.decode(SnappyBody.compress(new byte[] {10, 99}))).hasMessageContaining("cannot decode the request");
    assertThatThrownBy(() -> ReadRequest.decode(SnappyBody.compress(new ProtoWriter().varint(2, 7).toBytes())))
        .hasMessage("expected a response type of SAMPLES (0) or STREAMED_XOR_CHUNKS (1), got [7]");
    ProtoWriter matcher = new ProtoWriter().varint(1, 2).text(2, "a").text(3, "(");
    byte[] badPattern = new ProtoWriter().message(1, new ProtoWriter().message(3, matcher)).toBytes();
    assertThatThrownBy(() -> ReadRequest.decode(SnappyBody.compress(badPattern))).isInstanceOf(BadRemoteRequestException.class);
    ProtoWriter many = new ProtoWriter();
    for (int i = 0; i < 1_001; i++) {
      many.message(1, new ProtoWriter());
    }
    assertThatThrownBy(() -> ReadRequest.decode(SnappyBody.compress(many.toBytes()))).hasMessageContaining("more than 1000 queries");
  }

  @Test
  void takesTheFirstResponseTypeThatItKnows() {
    assertThat(ReadRequest.decode(SnappyBody.compress(new ProtoWriter().varint(2, 9).varint(2, 1).varint(2, 0).toBytes())).streamed()).isTrue();
    assertThat(ReadRequest.decode(SnappyBody.compress(new ProtoWriter().bytes(2, new byte[] {0, 1}).toBytes())).streamed()).isFalse();
    assertThat(ReadRequest.decode(SnappyBody.compress(new byte[0])).queries()).isEmpty();
  }
}
