package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Queryable;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.QueryStatistics;
import io.meshwatch.promql.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of tens of megabytes leave as they are written, through the real listener. */
class LargeAnswerTest {
  private static final int SERIES = 800;
  private static final int POINTS = 1_000;
  /** What listener, sockets and client may hold together. */
  private static final long ON_THE_WAY_BYTES_MAX = 16 << 20;

  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  /** Series that the writer of the answer has asked for. */
  private final AtomicInteger written = new AtomicInteger();
  private HttpListener listener;

  /** Makes series when they are written. */
  private final List<Value.Points> series = new AbstractList<>() {
    @Override
    public Value.Points get(int index) {
      written.accumulateAndGet(index, Math::max);
      long[] times = new long[POINTS];
      double[] values = new double[POINTS];
      for (int i = 0; i < POINTS; i++) {
        times[i] = 1_700_000_000_000L + i * 15_000L;
        values[i] = Math.sqrt(index * (double) POINTS + i);
      }
      return new Value.Points(Labels.of("__name__", "load", "instance", "i" + index), times, values, new long[0], new Histogram[0]);
    }

    @Override
    public int size() {
      return SERIES;
    }
  };

  private final Engine engine = new Engine() {
    @Override
    public Appender appender() {
      throw new UnsupportedOperationException("only queries");
    }

    @Override
    public Queryable queryable() {
      throw new UnsupportedOperationException("only queries");
    }

    @Override
    public QueryResult query(String expression, long atMillis, QueryLimits limits) {
      return new QueryResult(new Value.Scalar(atMillis, 1), List.of(), List.of(), QueryStatistics.NONE);
    }

    @Override
    public QueryResult queryRange(String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
      return new QueryResult(new Value.Matrix(series), List.of(), List.of(), QueryStatistics.NONE);
    }
  };

  @BeforeEach
  void open() {
    Routes routes = new Routes();
    new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
    listener = environment.listeners().open(
        new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), new CrossOrigin(".*", routes));
  }

  @AfterEach
  void close() {
    listener.close();
    system.close();
  }

  /** What was received: how much, its checksum, and how far the server was ahead at most. */
  private record Received(long bytes, long checksum, long aheadBytesMax) {}

  private HttpResponse<InputStream> ask(HttpClient client, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + listener.port() + "/api/v1/query_range?query=load&start=1700000000&end=1700014985&step=15"));
    return client.send((headers.length == 0 ? request : request.headers(headers)).build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  private Received receive(InputStream in, long bytesOfSeries) throws IOException {
    CRC32 checksum = new CRC32();
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    long ahead = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      checksum.update(buffer, 0, read);
      bytes += read;
      ahead = Math.max(ahead, written.get() * bytesOfSeries - bytes);
    }
    return new Received(bytes, checksum.getValue(), ahead);
  }

  @Test
  void leaveWhileTheyAreWrittenAndCompressedForWhoTakesThat() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> plain = ask(client);
      assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
      assertThat(plain.headers().firstValue("Content-Length")).as("nobody counted the bytes before they left").isEmpty();
      Received whole = receive(plain.body(), 33_314);
      assertThat(whole.bytes()).isGreaterThan(20L << 20);
      assertThat(whole.aheadBytesMax()).as("bytes that the server wrote and nobody had read").isLessThan(ON_THE_WAY_BYTES_MAX);

      HttpResponse<InputStream> packed = ask(client, "Accept-Encoding", "gzip");
      assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(packed.headers().firstValue("Vary")).contains("Accept-Encoding");
      Received unpacked = receive(new GZIPInputStream(packed.body(), 1 << 16), 0);
      assertThat(unpacked.bytes()).isEqualTo(whole.bytes());
      assertThat(unpacked.checksum()).isEqualTo(whole.checksum());
    }
  }

  @Test
  void varyByOriginAndByCompression() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> answer = ask(client, "Accept-Encoding", "gzip", "Origin", "http://other.example.com");
      assertThat(String.join(", ", answer.headers().allValues("Vary"))).isEqualTo("Origin, Accept-Encoding");
      answer.body().close();
    }
  }
}
