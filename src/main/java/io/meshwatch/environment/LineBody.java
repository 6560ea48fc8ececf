package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/** Takes a body apart into lines as they arrive. Confined to one exchange. */
final class LineBody {
  private static final int READ_BYTES = 16 << 10;

  private final Network.LineTaker taker;
  private final long lineBytesMax;
  private byte[] line = new byte[READ_BYTES];
  private int length;
  private @Nullable RuntimeException refusal;

  LineBody(Network.LineTaker taker, long lineBytesMax) {
    this.taker = taker;
    this.lineBytesMax = lineBytesMax;
  }

  /** Hands over all lines; a last one without an end was cut off and is left out. */
  HttpResult read(HttpCall call, ClassicHttpResponse response, PhaseClock phases) throws IOException {
    phases.enter(Phase.BODY);
    if (response.getEntity() != null) {
      byte[] bytes = new byte[READ_BYTES];
      try (InputStream in = response.getEntity().getContent()) {
        for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
          add(bytes, read, call);
        }
      } catch (EOFException e) {
        throw new IOException("the connection was closed in the middle of the body", e);
      }
    }
    return new HttpResult.Answer(response.getCode(), List.of(), new byte[0], 0, Optional.empty(), phases.end());
  }

  private void add(byte[] bytes, int count, HttpCall call) throws IOException {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        append(bytes, from, i, call);
        take(new String(line, 0, length, StandardCharsets.UTF_8));
        length = 0;
        from = i + 1;
      }
    }
    append(bytes, from, count, call);
  }

  /** The client's own handling of exceptions would take this one for a fault of the connection. */
  private void take(String text) {
    try {
      taker.take(text);
    } catch (RuntimeException e) {
      refusal = e;
      throw e;
    }
  }

  /** Throws what the taker of the lines threw. */
  void rethrow() {
    if (refusal != null) {
      throw refusal;
    }
  }

  private void append(byte[] bytes, int from, int to, HttpCall call) throws IOException {
    int more = to - from;
    if ((long) length + more > lineBytesMax) {
      throw new BodyLimitException("a line of " + call.uri().getAuthority() + " is larger than " + lineBytesMax + " bytes");
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(length + more, line.length * 2));
    }
    System.arraycopy(bytes, from, line, length, more);
    length += more;
  }
}
