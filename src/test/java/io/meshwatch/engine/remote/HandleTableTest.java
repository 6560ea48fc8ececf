package io.meshwatch.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HandleTableTest {
  private static final class Handle implements SeriesHandle {
    private final int number;
    private boolean current = true;

    Handle(int number) {
      this.number = number;
    }

    @Override
    public Labels labels() {
      return Labels.EMPTY;
    }

    @Override
    public boolean isCurrent() {
      return current;
    }
  }

  private final HandleTable.Key key = new HandleTable.Key();

  private HandleTable.Key key(int number) {
    byte[] bytes = ("xx{name=\"a series with labels of some length\", n=\"" + number + "\"}").getBytes(StandardCharsets.UTF_8);
    return key.of(bytes, 2, bytes.length);
  }

  @Test
  void findsEveryHandleUnderItsOwnBytes() {
    HandleTable table = new HandleTable(200_000);
    for (int i = 0; i < 50_000; i++) {
      table.put(key(i), new Handle(i));
    }
    assertThat(table.size()).isEqualTo(50_000);
    for (int i = 0; i < 50_000; i++) {
      assertThat(table.get(key(i))).isInstanceOfSatisfying(Handle.class, handle -> assertThat(handle.number).isLessThan(50_000));
      assertThat(table.get(key(i)) instanceof Handle handle ? handle.number : -1).isEqualTo(i);
    }
    assertThat(table.get(key(50_001))).isNull();
  }

  @Test
  void forgetsDroppedSeriesBeforeItGrows() {
    HandleTable table = new HandleTable(1_000_000);
    for (int i = 0; i < 100_000; i++) {
      Handle handle = new Handle(i);
      handle.current = i % 100 == 0;
      table.put(key(i), handle);
    }
    assertThat(table.size()).isLessThan(5_000);
    assertThat(table.get(key(500))).isNotNull();
  }

  @Test
  void neverKeepsMoreThanItsLimit() {
    HandleTable table = new HandleTable(16 * 64);
    for (int i = 0; i < 20_000; i++) {
      table.put(key(i), new Handle(i));
    }
    assertThat(table.size()).isBetween(1, 16 * 64);
    assertThat(table.get(key(19_999))).isNotNull();
  }
}
