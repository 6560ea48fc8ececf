package io.meshwatch.engine.remote;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StoreUnavailableException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes remote write requests: decompresses, decodes and appends them as one batch each. Samples the store does not want are left
 * out and told; the others are stored. Safe for all threads.
 *
 * <p>A sender repeats the same label bytes with every request, so handles are kept by those bytes and labels are decoded once.
 *
 * @see <a href="https://prometheus.io/docs/specs/prw/remote_write_spec/">Remote write 1.0</a>
 * @see <a href="https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/">Remote write 2.0</a>
 */
public final class RemoteWriteReceiver {
  /** Largest request after decompression. */
  public static final int DECODED_BYTES_MAX = 32 << 20;

  /** What requests may take at once: as they come, and as much again decompressed. */
  private static final int IN_FLIGHT_BYTES_MAX = 2 * DECODED_BYTES_MAX;
  private static final int HANDLES_MAX = 2_000_000;

  /** The protocol's versions. */
  public enum Version {
    V1,
    V2
  }

  /**
   * What became of a request.
   *
   * @param samples float samples that were stored
   * @param histograms histograms that were stored
   * @param exemplars exemplars that were handed on
   * @param problem the first reason why something was left out
   */
  public record Outcome(long samples, long histograms, long exemplars, Optional<String> problem) {}

  /** A request's body is of the other version than its Content-Type says: nothing was stored, answer 415. */
  public static final class OtherVersionException extends RuntimeException {
    OtherVersionException() {
      super("the body is a message of remote write 2.0, expected Content-Type: application/x-protobuf;proto=io.prometheus.write.v2.Request");
    }
  }

  private final Supplier<Appender> appenders;
  private final boolean zeroAtStart;
  private final HandleTable handles = new HandleTable(HANDLES_MAX);
  private final WriteRoom room = new WriteRoom(IN_FLIGHT_BYTES_MAX);

  public RemoteWriteReceiver(Supplier<Appender> appenders) {
    this(appenders, false);
  }

  /**
   * A receiver that writes to these.
   *
   * @param zeroAtStart {@code created-timestamp-zero-ingestion}: whether a zero is stored where 2.0 says that a counter began
   */
  public RemoteWriteReceiver(Supplier<Appender> appenders, boolean zeroAtStart) {
    this.appenders = appenders;
    this.zeroAtStart = zeroAtStart;
  }

  /**
   * Which version a Content-Type asks for; empty if it is none of ours (answer 415).
   */
  public static Optional<Version> version(String contentType) {
    String[] parts = contentType.split(";");
    if (contentType.isBlank()) {
      return Optional.of(Version.V1);
    }
    if (!parts[0].strip().toLowerCase(Locale.ROOT).equals("application/x-protobuf")) {
      return Optional.empty();
    }
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("proto=")) {
        return switch (parameter.substring("proto=".length())) {
          case "prometheus.WriteRequest" -> Optional.of(Version.V1);
          case "io.prometheus.write.v2.Request" -> Optional.of(Version.V2);
          default -> Optional.empty();
        };
      }
    }
    return Optional.of(Version.V1);
  }

  /**
   * Memory for a request whose body has so many bytes, to be closed when the request is done; throws {@link StoreUnavailableException},
   * answer 503, if others have too much already.
   */
  public WriteRoom.Part room(long length) {
    return room.part(length);
  }

  /** Stores a request's body, compressed with snappy's block format; throws {@link BadRemoteRequestException} if it cannot be decoded. */
  public Outcome receive(Version version, WriteRoom.Part room) {
    byte[] compressed = room.body().bytes();
    int compressedLength = room.body().length();
    int length = SnappyBody.length(compressed, DECODED_BYTES_MAX);
    byte[] message = room.message(length);
    SnappyBody.decompress(compressed, compressedLength, message, length);
    return store(version, message, length);
  }

  private Outcome store(Version version, byte[] message, int length) {
    Appender appender = appenders.get();
    boolean committed = false;
    try {
      RequestDecoder decoder = new RequestDecoder(new ProtoReader(message, length), new Batch(appender));
      Outcome outcome = version == Version.V1 ? decoder.decodeV1() : decoder.decodeV2();
      appender.commit();
      committed = true;
      return outcome;
    } catch (ProtoReader.MalformedException e) {
      throw new BadRemoteRequestException("cannot decode the request: " + e.getMessage(), e);
    } finally {
      if (!committed) {
        appender.rollback();
      }
    }
  }

  /** One request's way into the store. Confined to one thread. */
  final class Batch {
    private final Appender appender;
    private final HandleTable.Key key = new HandleTable.Key();
    private long samples;
    private long histograms;
    private long exemplars;
    private Optional<String> problem = Optional.empty();
    /** The series and its start that were told last: a request repeats them with every sample. */
    private @Nullable SeriesHandle startedSeries;
    private long startedMillis;

    private Batch(Appender appender) {
      this.appender = appender;
    }

    /** The handle of a series whose labels have these bytes; null if they were not seen before. */
    @Nullable SeriesHandle known(byte[] bytes, int from, int to) {
      return handles.get(key.of(bytes, from, to));
    }

    /** The handle of the series that {@link #known} was asked for last and that has these labels; null if it has no name. */
    @Nullable SeriesHandle seen(Labels decoded) {
      if (decoded.metricName().isEmpty()) {
        return null;
      }
      SeriesHandle made = series(decoded);
      handles.put(key, made);
      return made;
    }

    SeriesHandle series(Labels labels) {
      return appender.series(labels);
    }

    /** Takes note when the counting of the sample that comes next began; 0 = unknown. */
    void start(SeriesHandle series, long startMillis, long timestampMillis, @Nullable Histogram like) {
      boolean isNew = !series.equals(startedSeries) || startMillis != startedMillis;
      if (zeroAtStart && startMillis > 0 && startMillis < timestampMillis && isNew) {
        appender.appendStart(series, startMillis, like);
        startedSeries = series;
        startedMillis = startMillis;
      }
    }

    void sample(SeriesHandle series, long timestampMillis, double value) {
      if (count(series, timestampMillis, appender.append(series, timestampMillis, value))) {
        samples++;
      }
    }

    void histogram(SeriesHandle series, long timestampMillis, Histogram histogram) {
      if (count(series, timestampMillis, appender.append(series, timestampMillis, histogram))) {
        histograms++;
      }
    }

    Appender appender() {
      return appender;
    }

    void countExemplar() {
      exemplars++;
    }

    void refuse(String reason) {
      if (problem.isEmpty()) {
        problem = Optional.of(reason);
      }
    }

    private boolean count(SeriesHandle series, long timestampMillis, AppendOutcome outcome) {
      return switch (outcome) {
        case APPENDED, DUPLICATE_SAME_VALUE -> true;
        case DUPLICATE_TIMESTAMP -> refused("duplicate sample for timestamp", series, timestampMillis);
        case OUT_OF_ORDER -> refused("out of order sample", series, timestampMillis);
        case TOO_OLD -> refused("too old sample", series, timestampMillis);
        case OUT_OF_BOUNDS -> refused("out of bounds", series, timestampMillis);
        case SERIES_LIMIT -> refused(series.refusal().isEmpty() ? "a limit of the store keeps the new series out" : series.refusal(), series, timestampMillis);
      };
    }

    private boolean refused(String reason, SeriesHandle series, long timestampMillis) {
      refuse(reason + ": " + series.labels() + " at " + timestampMillis);
      return false;
    }

    Outcome outcome() {
      return new Outcome(samples, histograms, exemplars, problem);
    }
  }
}
