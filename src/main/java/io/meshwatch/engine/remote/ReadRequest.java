package io.meshwatch.engine.remote;

import io.meshwatch.model.Matcher;
import java.util.ArrayList;
import java.util.List;

/**
 * A remote read request: series and times that somebody wants, without PromQL.
 *
 * <pre>
 * ReadRequest:  1 queries*  2 accepted_response_types[]
 * Query:        1 start_timestamp_ms  2 end_timestamp_ms  3 matchers{1 type, 2 name, 3 value}*  4 hints
 * </pre>
 *
 * @param queries what is wanted
 * @param streamed whether chunks are to be streamed, not samples sent in one piece
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/">Remote read API</a>
 */
public record ReadRequest(List<Query> queries, boolean streamed) {
  private static final int SAMPLES = 0;
  private static final int STREAMED_XOR_CHUNKS = 1;
  private static final int DECODED_BYTES_MAX = 32 << 20;
  private static final int QUERIES_MAX = 1_000;

  /**
   * The samples of series that meet all conditions.
   *
   * @param fromMillis the first time wanted
   * @param toMillis the last time wanted
   */
  record Query(long fromMillis, long toMillis, List<Matcher> matchers) {}

  /** Reads a request compressed with snappy's block format; throws {@link BadRemoteRequestException} if it cannot be decoded. */
  public static ReadRequest decode(byte[] compressed) {
    int length = SnappyBody.length(compressed, DECODED_BYTES_MAX);
    byte[] message = new byte[length];
    SnappyBody.decompress(compressed, compressed.length, message, length);
    try {
      return decode(new ProtoReader(message, length));
    } catch (ProtoReader.MalformedException | IllegalArgumentException e) {
      throw new BadRemoteRequestException("cannot decode the request: " + e.getMessage(), e);
    }
  }

  private static ReadRequest decode(ProtoReader in) {
    List<Query> queries = new ArrayList<>();
    List<Long> accepted = new ArrayList<>();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> {
          int outer = in.enter();
          queries.add(query(in));
          in.leave(outer);
        }
        case 2 -> addNumbers(in, tag, accepted);
        default -> in.skip(tag);
      }
      if (queries.size() > QUERIES_MAX) {
        throw new BadRemoteRequestException("more than " + QUERIES_MAX + " queries in one request");
      }
    }
    return new ReadRequest(List.copyOf(queries), isStreamed(accepted));
  }

  /** The first kind of answer that is known here; without a list it is samples. */
  private static boolean isStreamed(List<Long> accepted) {
    for (long kind : accepted) {
      if (kind == SAMPLES || kind == STREAMED_XOR_CHUNKS) {
        return kind == STREAMED_XOR_CHUNKS;
      }
    }
    if (!accepted.isEmpty()) {
      throw new BadRemoteRequestException("expected a response type of SAMPLES (0) or STREAMED_XOR_CHUNKS (1), got " + accepted);
    }
    return false;
  }

  private static void addNumbers(ProtoReader in, int tag, List<Long> into) {
    if ((tag & 7) != ProtoReader.BYTES) {
      into.add(in.varint());
      return;
    }
    int outer = in.enter();
    while (in.hasMore()) {
      into.add(in.varint());
    }
    in.leave(outer);
  }

  private static Query query(ProtoReader in) {
    long from = 0;
    long to = 0;
    List<Matcher> matchers = new ArrayList<>();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> from = in.varint();
        case 2 -> to = in.varint();
        case 3 -> {
          int outer = in.enter();
          matchers.add(matcher(in));
          in.leave(outer);
        }
        // The hints say what the samples are for; nothing here depends on it.
        default -> in.skip(tag);
      }
    }
    return new Query(from, to, List.copyOf(matchers));
  }

  private static Matcher matcher(ProtoReader in) {
    long type = 0;
    String name = "";
    String value = "";
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> type = in.varint();
        case 2 -> name = in.text();
        case 3 -> value = in.text();
        default -> in.skip(tag);
      }
    }
    return new Matcher(name, operator(type), value);
  }

  private static Matcher.Op operator(long type) {
    return switch ((int) type) {
      case 0 -> Matcher.Op.EQUAL;
      case 1 -> Matcher.Op.NOT_EQUAL;
      case 2 -> Matcher.Op.MATCH;
      case 3 -> Matcher.Op.NOT_MATCH;
      default -> throw new BadRemoteRequestException("expected a matcher of type 0 to 3, got " + type);
    };
  }
}
