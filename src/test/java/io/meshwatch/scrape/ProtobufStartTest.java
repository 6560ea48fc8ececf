package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.exposition.ExpositionFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When counters of a protobuf page began is taken over as in OpenMetrics. */
class ProtobufStartTest {
  private static final int PORT = 9200;
  private static final int COUNTER = 0;
  private static final int SUMMARY = 2;
  private static final int HISTOGRAM = 4;
  private static final long SECOND = 1_700_000_000L;

  private final ScrapeWorld w = new ScrapeWorld();

  /** A message under construction: field numbers as in {@code io.prometheus.client.MetricFamily}. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      out.write(field << 3);
      return raw(value);
    }

    private Message raw(long value) {
      long rest = value;
      for (; rest > 127; rest >>>= 7) {
        out.write((int) ((rest & 127) | 128));
      }
      out.write((int) rest);
      return this;
    }

    Message number(int field, double value) {
      out.write((field << 3) | 1);
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      out.write((field << 3) | 2);
      raw(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message inside(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }

    byte[] delimited() {
      Message page = new Message().raw(out.size());
      page.out.writeBytes(out.toByteArray());
      return page.out.toByteArray();
    }
  }

  private static Message start(int millis) {
    return new Message().varint(1, SECOND).varint(2, millis * 1_000_000L);
  }

  private static byte[] page() {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    page.writeBytes(new Message().text(1, "c_total").varint(3, COUNTER)
        .inside(4, new Message().inside(3, new Message().number(1, 5).inside(3, start(500)))).delimited());
    page.writeBytes(new Message().text(1, "s").varint(3, SUMMARY)
        .inside(4, new Message().inside(4, new Message().varint(1, 2).number(2, 3)
            .inside(3, new Message().number(1, 0.5).number(2, 1)).inside(4, start(250)))).delimited());
    page.writeBytes(new Message().text(1, "h").varint(3, HISTOGRAM)
        .inside(4, new Message().inside(7, new Message().varint(1, 4).number(2, 9)
            .inside(3, new Message().varint(1, 4).number(2, 1)).inside(15, start(125)))).delimited());
    return page.toByteArray();
  }

  @Test
  void zerosAreStoredWhereCountersSummariesAndHistogramsBegan() throws InterruptedException {
    byte[] page = page();
    w.listen(PORT, Optional.empty(), (request, reply) -> reply.status(200)
        .header("Content-Type", ExpositionFormat.PROTOBUF.mediaType()).send(page));
    w.apply(ScrapeWorld.job("127.0.0.1:" + PORT).withFormats(FormatSettings.defaults().withZeroAtStart()));
    w.scrape();
    w.scrape();
    assertThat(values("c_total")).containsExactly("0.0", "5.0", "5.0");
    assertThat(w.store.times("c_total")).startsWith(SECOND * 1000 + 500);
    assertThat(values("s_count")).containsExactly("0.0", "2.0", "2.0");
    assertThat(w.store.times("s_count")).startsWith(SECOND * 1000 + 250);
    assertThat(values("s", "quantile", "0.5")).containsExactly("1.0", "1.0");
    assertThat(values("h_count")).containsExactly("0.0", "4.0", "4.0");
    assertThat(values("h_bucket", "le", "1.0")).containsExactly("0.0", "4.0", "4.0");
    assertThat(w.store.times("h_count")).startsWith(SECOND * 1000 + 125);
  }

  private List<String> values(String metric, String... labels) {
    List<String> all = new ArrayList<>(List.of("__name__", metric, "job", "j", "instance", "127.0.0.1:" + PORT, "host", "127.0.0.1"));
    all.addAll(List.of(labels));
    return w.store.values(all.toArray(String[]::new));
  }
}
