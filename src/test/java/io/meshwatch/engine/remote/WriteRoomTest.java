package io.meshwatch.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.StoreUnavailableException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteRoomTest {
  private final WriteRoom room = new WriteRoom(10 << 10);

  @Test
  void refusesABodyThatFindsNoRoomUntilAnotherIsDone() {
    WriteRoom.Part first = room.part(6_000);
    assertThatThrownBy(() -> room.part(6_000)).isInstanceOf(StoreUnavailableException.class)
        .hasMessage("there is no memory for a request of 6000 bytes: others that are being received have up to 10240 bytes; send it again");
    first.close();
    room.part(6_000).close();
  }

  @Test
  void takesARequestThatIsLargerThanAllRoomAlone() {
    try (WriteRoom.Part large = room.part(1_000_000)) {
      assertThat(large.message(50_000)).hasSizeGreaterThanOrEqualTo(50_000);
      assertThatThrownBy(() -> room.part(1)).isInstanceOf(StoreUnavailableException.class);
    }
    room.part(1).close();
  }

  @Test
  void makesWhoHasABodyWaitForRoomToDecompressIt() throws InterruptedException {
    WriteRoom.Part first = room.part(1);
    first.message(9_000);
    WriteRoom.Part second = room.part(1);
    Thread waiter = new Thread(() -> second.message(9_000));
    waiter.start();
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    first.close();
    waiter.join();
    second.close();
  }

  @Test
  void usesTheMemoryOfAnEarlierRequestAgainUnlessItWasLarge() {
    byte[] small = messageOf(1_000);
    assertThat(messageOf(900)).isSameAs(small);
    byte[] large = messageOf(2 << 20);
    assertThat(List.of(messageOf(900), messageOf(900))).doesNotContain(large);
  }

  private byte[] messageOf(int length) {
    try (WriteRoom.Part part = room.part(1)) {
      return part.message(length);
    }
  }
}
