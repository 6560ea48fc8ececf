package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import org.slf4j.LoggerFactory;

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
      if (request.parameter("wrapped").isPresent()) {
        writeUntilNobodyListens(out);
      }
      for (int written = 0; written < bytes; written += 100) {
        out.write(body(Math.min(100, bytes - written)));
        if (request.parameter("flush").isPresent()) {
          out.flush();
        }
      }
    }
  }

  /** As a library does it that has exceptions of its own. */
  private static void writeUntilNobodyListens(OutputStream out) {
    try {
      while (true) {
        out.write(body(100_000));
      }
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
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

  @Test
  void whoLeavesInTheMiddleOfAnAnswerIsNoErrorOfOurs() throws Exception {
    Logger bridge = (Logger) LoggerFactory.getLogger(JettyBridge.class);
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    bridge.setLevel(Level.DEBUG);
    bridge.addAppender(told);
    try {
      HttpResponse<InputStream> endless = ask("0&wrapped", "identity");
      assertThat(endless.body().readNBytes(1_000)).hasSize(1_000);
      endless.body().close();
      for (int i = 0; told.list.isEmpty() && i < 500; i++) {
        Thread.sleep(20);
      }
      assertThat(told.list).hasSize(1);
      assertThat(told.list.getFirst().getLevel()).isEqualTo(Level.DEBUG);
      assertThat(told.list.getFirst().getFormattedMessage()).startsWith("test: GET / ended early");
    } finally {
      bridge.detachAppender(told);
      bridge.setLevel(null);
    }
  }
}
