package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many connections there may be, with room for two. */
class DirectExchangeTest {
  private static final int CONNECTIONS_MAX = 2;

  private final AtomicInteger conversations = new AtomicInteger();
  private final TcpServer first = server();
  private final TcpServer second = server();
  private final TcpServer third = server();
  private final DirectExchange exchange = new DirectExchange(
      PoolingHttpClientConnectionManagerBuilder.create().setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX).build(), new HttpRequestExecutor(),
      CONNECTIONS_MAX);

  private TcpServer server() {
    return new TcpServer("server", "127.0.0.1", 0, 10, 5_000, this::answer);
  }

  private void answer(InputStream in, OutputStream out) throws IOException {
    conversations.incrementAndGet();
    int last = 0;
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      if (octet != '\r') {
        if (octet == '\n' && last == '\n') {
          out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
          out.flush();
        }
        last = octet;
      }
    }
  }

  @AfterEach
  void close() {
    exchange.close();
    first.close();
    second.close();
    third.close();
  }

  private int ask(TcpServer server) throws IOException {
    return ask(server, ClassicHttpResponse::getCode);
  }

  private int ask(TcpServer server, HttpClientResponseHandler<Integer> handler) throws IOException {
    return exchange.run(new HttpGet("http://127.0.0.1:" + server.port() + "/"), HttpClientContext.create(), handler);
  }

  @Test
  void usesAKeptConnectionAgain() throws IOException {
    assertThat(ask(first)).isEqualTo(200);
    assertThat(ask(first)).isEqualTo(200);
    assertThat(conversations).hasValue(1);
  }

  @Test
  void closesWhatNobodyUsesToMakeRoom() throws IOException {
    ask(first);
    ask(second);
    assertThat(ask(third)).isEqualTo(200);
    ask(first);
    assertThat(conversations).as("the first one's connection was closed to make room").hasValue(4);
  }

  @Test
  void refusesToOpenMoreThanThereMayBe() throws IOException {
    ask(first, one -> {
      ask(second, two -> {
        assertThatThrownBy(() -> ask(third)).isInstanceOf(IOException.class).hasMessage("no connection is free: 2 are in use");
        return two.getCode();
      });
      return one.getCode();
    });
    assertThat(ask(third)).as("there is room again").isEqualTo(200);
  }

  @Test
  void saysWhenItRemembersMoreHostsThanItCouldBeConnectedTo() throws IOException {
    ask(first);
    ask(second);
    assertThat(exchange.remembersTooMany()).isFalse();
    ask(third);
    exchange.closeIdle(TimeValue.ZERO_MILLISECONDS);
    assertThat(exchange.remembersTooMany()).isTrue();
  }
}
