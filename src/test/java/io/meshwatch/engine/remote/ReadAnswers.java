package io.meshwatch.engine.remote;

import io.meshwatch.exposition.ProtoWriter;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Requests for remote read and what their answers say, for tests: by series, its samples as text. */
public final class ReadAnswers {
  private ReadAnswers() {}

  /** A request for all series whose label has some value; compressed. */
  public static byte[] request(String label, String value, long fromMillis, long toMillis, boolean streamed) {
    ProtoWriter matcher = new ProtoWriter().varint(1, 0).text(2, label).text(3, value);
    ProtoWriter query = new ProtoWriter().varint(1, fromMillis).varint(2, toMillis).message(3, matcher);
    ProtoWriter request = new ProtoWriter().message(1, query);
    return SnappyBody.compress((streamed ? request.varint(2, 1) : request).toBytes());
  }

  /** An answer in one piece. */
  public static Map<Labels, String> samples(byte[] compressed) {
    int length = SnappyBody.length(compressed, 1 << 28);
    byte[] message = new byte[length];
    SnappyBody.decompress(compressed, compressed.length, message, length);
    Map<Labels, String> found = new TreeMap<>();
    ProtoReader in = new ProtoReader(message, length);
    while (in.hasMore()) {
      in.tag();
      int outer = in.enter();
      while (in.hasMore()) {
        in.tag();
        int inner = in.enter();
        timeSeries(in, found);
        in.leave(inner);
      }
      in.leave(outer);
    }
    return found;
  }

  private static void timeSeries(ProtoReader in, Map<Labels, String> into) {
    Labels.Builder labels = Labels.builder();
    StringBuilder samples = new StringBuilder();
    while (in.hasMore()) {
      int tag = in.tag();
      int outer = in.enter();
      switch (tag >>> 3) {
        case 1 -> label(in, labels);
        case 2 -> {
          double value = 0;
          long time = 0;
          while (in.hasMore()) {
            if (in.tag() >>> 3 == 1) {
              value = in.fixedDouble();
            } else {
              time = in.varint();
            }
          }
          samples.append(time).append('=').append(value).append(' ');
        }
        case 4 -> {
          HistogramDecoder.Decoded decoded = HistogramDecoder.decode(in);
          samples.append(decoded.timestampMillis()).append('=').append(decoded.histogram().count()).append('/').append(decoded.histogram().sum()).append(' ');
        }
        default -> throw new AssertionError("field " + (tag >>> 3));
      }
      in.leave(outer);
    }
    into.put(labels.build(), samples.toString());
  }

  private static void label(ProtoReader in, Labels.Builder into) {
    String name = "";
    String value = "";
    while (in.hasMore()) {
      if (in.tag() >>> 3 == 1) {
        name = in.text();
      } else {
        value = in.text();
      }
    }
    into.set(name, value);
  }

  /** A stream of chunks; throws if a checksum is wrong. */
  public static Map<Labels, String> streamed(byte[] stream) {
    Map<Labels, String> found = new TreeMap<>();
    ProtoReader in = new ProtoReader(stream, stream.length);
    while (in.hasMore()) {
      int length = (int) in.varint();
      int at = in.position();
      CRC32C checksum = new CRC32C();
      checksum.update(stream, at + 4, length);
      if (ByteBuffer.wrap(stream).getInt(at) != (int) checksum.getValue()) {
        throw new AssertionError("checksum at " + at);
      }
      frame(new ProtoReader(Arrays.copyOfRange(stream, at + 4, at + 4 + length), length), found);
      in.moveTo(at + 4 + length);
    }
    return found;
  }

  private static void frame(ProtoReader in, Map<Labels, String> into) {
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> 3 != 1) {
        in.skip(tag);
        continue;
      }
      int outer = in.enter();
      Labels.Builder labels = Labels.builder();
      SampleBuffer samples = new SampleBuffer();
      while (in.hasMore()) {
        boolean isLabel = in.tag() >>> 3 == 1;
        int inner = in.enter();
        if (isLabel) {
          label(in, labels);
        } else {
          chunk(in, samples);
        }
        in.leave(inner);
      }
      in.leave(outer);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < samples.size(); i++) {
        var histogram = samples.histogram(i);
        text.append(samples.timestamps()[i]).append('=')
            .append(histogram == null ? Double.toString(samples.values()[i]) : histogram.count() + "/" + histogram.sum()).append(' ');
      }
      into.merge(labels.build(), text.toString(), String::concat);
    }
  }

  private static void chunk(ProtoReader in, SampleBuffer into) {
    long from = 0;
    long to = 0;
    ChunkEncoding encoding = ChunkEncoding.XOR;
    while (in.hasMore()) {
      switch (in.tag() >>> 3) {
        case 1 -> from = in.varint();
        case 2 -> to = in.varint();
        case 3 -> encoding = Objects.requireNonNull(ChunkEncoding.of((int) in.varint()));
        default -> {
          int length = in.length();
          byte[] data = Arrays.copyOfRange(in.bytes(), in.position(), in.position() + length);
          in.moveTo(in.position() + length);
          ChunkBytes.finished(encoding, data).read(from, to, into);
        }
      }
    }
  }
}
