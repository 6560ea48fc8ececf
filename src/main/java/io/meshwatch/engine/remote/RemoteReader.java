package io.meshwatch.engine.remote;

import io.meshwatch.exposition.ProtoWriter;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.tsdb.chunk.HistogramAppender;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Answers remote read requests: the samples of series as they are stored, stale markers included, in one piece or as a stream of chunks.
 * Safe for all threads; requests beyond {@value #REQUESTS_MAX} at once wait.
 *
 * <pre>
 * ReadResponse:         1 results{1 timeseries*}*
 * TimeSeries:           1 labels{1 name, 2 value}*  2 samples{1 value, 2 timestamp}*  4 histograms*
 * stream:               {length: varint  crc32c: 4 bytes, big-endian  ChunkedReadResponse}
 * ChunkedReadResponse:  1 chunked_series{1 labels*, 2 chunks{1 min_time_ms, 2 max_time_ms, 3 type, 4 data}*}*  2 query_index
 * </pre>
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/">Remote read API</a>
 */
public final class RemoteReader {
  /** Most requests that are answered at once. */
  static final int REQUESTS_MAX = 4;

  /** Most samples of an answer in one piece, which is held in memory: about 40 MB. A stream has no limit. */
  static final int SAMPLES_MAX = 2_000_000;

  /** Samples of a chunk, as in Prometheus. */
  private static final int CHUNK_SAMPLES = 120;
  /** From this size on a part of a series is sent. */
  private static final int FRAME_BYTES_MAX = 1 << 20;

  private final Queryable queryable;
  private final int samplesMax;
  private final Semaphore running = new Semaphore(REQUESTS_MAX, true);

  public RemoteReader(Queryable queryable) {
    this(queryable, SAMPLES_MAX);
  }

  RemoteReader(Queryable queryable, int samplesMax) {
    this.queryable = queryable;
    this.samplesMax = samplesMax;
  }

  /** What is done with each series of a query. */
  @FunctionalInterface
  private interface SeriesSink {
    void accept(Labels labels, SampleBuffer samples) throws IOException;
  }

  private void forEach(ReadRequest.Query query, SeriesSink sink) throws IOException {
    SampleBuffer samples = new SampleBuffer();
    try (Querier querier = queryable.querier(query.fromMillis(), query.toMillis())) {
      SeriesSet set = querier.select(query.matchers());
      while (set.next()) {
        Series series = set.at();
        samples.clear();
        series.read(query.fromMillis(), query.toMillis(), samples);
        if (samples.size() > 0) {
          sink.accept(series.labels(), samples);
        }
      }
    }
  }

  // In one piece

  /**
   * The whole answer with all samples, compressed with snappy's block format.
   *
   * @throws BadRemoteRequestException if there are too many
   */
  public byte[] samples(ReadRequest request) throws IOException, InterruptedException {
    running.acquire();
    try {
      ProtoWriter response = new ProtoWriter();
      long[] count = {0};
      for (ReadRequest.Query query : request.queries()) {
        ProtoWriter result = new ProtoWriter();
        forEach(query, (labels, samples) -> {
          count[0] += samples.size();
          if (count[0] > samplesMax) {
            throw new BadRemoteRequestException("exceeded sample limit (" + samplesMax + ")");
          }
          result.message(1, timeSeries(labels, samples));
        });
        response.message(1, result);
      }
      return SnappyBody.compress(response.toBytes());
    } finally {
      running.release();
    }
  }

  private static ProtoWriter timeSeries(Labels labels, SampleBuffer samples) {
    ProtoWriter series = new ProtoWriter();
    ProtoWriter sample = new ProtoWriter();
    writeLabels(labels, series);
    for (int i = 0; i < samples.size(); i++) {
      if (samples.histogram(i) == null) {
        series.message(2, sample.reset().fixedDouble(1, samples.values()[i]).varint(2, samples.timestamps()[i]));
      }
    }
    for (int i = 0; i < samples.size(); i++) {
      Histogram histogram = samples.histogram(i);
      if (histogram != null) {
        series.message(4, HistogramMessage.of(histogram, samples.timestamps()[i]));
      }
    }
    return series;
  }

  private static void writeLabels(Labels labels, ProtoWriter into) {
    for (int i = 0; i < labels.size(); i++) {
      into.message(1, new ProtoWriter().text(1, labels.name(i)).text(2, labels.value(i)));
    }
  }

  // As a stream

  /** Writes the answer as a stream of chunks, series after series. */
  public void stream(ReadRequest request, OutputStream out) throws IOException, InterruptedException {
    running.acquire();
    try {
      for (int i = 0; i < request.queries().size(); i++) {
        int index = i;
        forEach(request.queries().get(i), (labels, samples) -> new ChunkStream(labels, index, out).write(samples));
      }
    } finally {
      running.release();
    }
  }

  /** The chunks of one series on their way out; more than a frame holds go in several frames. Confined to one thread. */
  private static final class ChunkStream {
    private final Labels labels;
    private final int queryIndex;
    private final OutputStream out;
    private ProtoWriter series = new ProtoWriter();
    private boolean hasChunks;

    ChunkStream(Labels labels, int queryIndex, OutputStream out) {
      this.labels = labels;
      this.queryIndex = queryIndex;
      this.out = out;
      writeLabels(labels, series);
    }

    void write(SampleBuffer samples) throws IOException {
      OpenChunk open = null;
      for (int i = 0; i < samples.size(); i++) {
        OpenChunk next = append(open, samples, i);
        if (open != null && next != open) {
          add(open);
        }
        open = next;
      }
      if (open != null) {
        add(open);
        flush();
      }
    }

    /** The chunk that holds the sample now: the open one, or a new one if that is full or of another kind. */
    private static OpenChunk append(@Nullable OpenChunk open, SampleBuffer samples, int index) {
      long time = samples.timestamps()[index];
      Histogram histogram = samples.histogram(index);
      boolean full = open != null && open.count() >= CHUNK_SAMPLES;
      if (histogram != null) {
        return full ? HistogramAppender.start(time, histogram, HistogramAppender.hintAfter(open, histogram))
            : HistogramAppender.append(open, time, histogram);
      }
      XorEncoder floats = !full && open instanceof XorEncoder xor ? xor : new XorEncoder(CHUNK_SAMPLES * 2);
      floats.append(time, samples.values()[index]);
      return floats;
    }

    private void add(OpenChunk chunk) throws IOException {
      series.message(2, new ProtoWriter().varint(1, chunk.minTime()).varint(2, chunk.maxTime()).varint(3, chunk.encoding().code())
          .bytes(4, chunk.toBytes()));
      hasChunks = true;
      if (series.sizeBytes() >= FRAME_BYTES_MAX) {
        flush();
      }
    }

    private void flush() throws IOException {
      if (!hasChunks) {
        return;
      }
      byte[] message = new ProtoWriter().message(1, series).varint(2, queryIndex).toBytes();
      CRC32C checksum = new CRC32C();
      checksum.update(message);
      ProtoWriter.writeVarint(out, message.length);
      out.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array());
      out.write(message);
      series = new ProtoWriter();
      writeLabels(labels, series);
      hasChunks = false;
    }
  }
}
