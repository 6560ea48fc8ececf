package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How answers leave the real listener. */
class ListenerTest {
  private final SystemEnvironment system = new SystemEnvironment();
  private final HttpListener listener = system.environment().listeners()
      .open(new ListenerSpec("test", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1024), ListenerTest::answer);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    listener.close();
    system.close();
  }

  /** Writes as many bytes as the query says, in pieces of 100, with a flush after each if it says so. */
  private static void answer(io.meshwatch.environment.HttpRequest request, HttpReply reply) throws java.io.IOException {
    int bytes = Integer.parseInt(request.parameter("bytes").orElse("0"));
    reply.header("Content-Type", "text/plain").header("Computed-On", Thread.currentThread().isVirtual() ? "virtual" : "platform");
    try (OutputStream out = reply.stream()) {
      for (int written = 0; written < bytes; written += 100) {
        out.write(body(Math.min(100, bytes - written)));
        if (request.parameter("flush").isPresent()) {
          out.flush();
        }
      }
    }
  }

  private static byte[] body(int bytes) {
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) 'x');
    return body;
  }

  private HttpResponse<InputStream> ask(String bytes, String encoding) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + listener.port() + "/?bytes=" + bytes);
    return client.send(HttpRequest.newBuilder(uri).header("Accept-Encoding", encoding).build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  void smallOnesGoOutInOnePieceWithTheirLengthAndLargerOnesInChunks() throws Exception {
    for (int bytes : new int[] {0, 1, 8 << 10}) {
      HttpResponse<InputStream> small = ask("" + bytes, "identity");
      assertThat(small.headers().firstValueAsLong("Content-Length")).hasValue(bytes);
      assertThat(small.headers().firstValue("Transfer-Encoding")).isEmpty();
      assertThat(small.body().readAllBytes()).isEqualTo(body(bytes));
    }
    for (int bytes : new int[] {(8 << 10) + 1, 1 << 20}) {
      HttpResponse<InputStream> large = ask("" + bytes, "identity");
      assertThat(large.headers().firstValue("Transfer-Encoding")).contains("chunked");
      assertThat(large.body().readAllBytes()).isEqualTo(body(bytes));
    }
  }

  @Test
  void flushedOnesLeaveAtOnce() throws Exception {
    HttpResponse<InputStream> flushed = ask("300&flush", "identity");
    assertThat(flushed.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(flushed.body().readAllBytes()).isEqualTo(body(300));
  }

  @Test
  void compressedOnesToo() throws Exception {
    for (int bytes : new int[] {0, 5_000, 1 << 20}) {
      HttpResponse<InputStream> packed = ask("" + bytes, "gzip");
      assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(packed.headers().firstValue("Content-Length")).as("it packs well").isPresent();
      assertThat(new String(new GZIPInputStream(packed.body()).readAllBytes(), StandardCharsets.UTF_8)).hasSize(bytes);
    }
  }

  @Test
  void requestsAreComputedWhereTheOperatingSystemSharesTheCores() throws Exception {
    assertThat(ask("1", "identity").headers().firstValue("Computed-On")).contains("platform");
  }
}
