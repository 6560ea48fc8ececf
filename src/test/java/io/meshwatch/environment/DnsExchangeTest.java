package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class DnsExchangeTest {
  private static final int TIMEOUT_MILLIS = 200;
  private static final int PAUSE_MILLIS = 20;

  private final Clock clock = new SystemClock();

  /** Promises 200 bytes and sends them one by one: four seconds in all, and never a long pause. */
  private void drip(InputStream in, OutputStream out) throws IOException {
    try {
      for (int i = 0; i < 202; i++) {
        out.write(i == 1 ? 200 : 0);
        out.flush();
        clock.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aServerThatAnswersByteByByteGetsNoMoreTimeThanOthers() {
    try (TcpServer server = new TcpServer("drip", "127.0.0.1", 0, 1, 10_000, this::drip)) {
      DnsCall call = new DnsCall("127.0.0.1:" + server.port(), "example.com", "A", true, true, TIMEOUT_MILLIS);
      DnsResult result = new DnsExchange(call, clock).run();
      assertThat(result.failure()).map(ConnectResult.Failure::phase).contains(HttpResult.Phase.TIMEOUT);
    }
  }
}
