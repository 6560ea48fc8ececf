package io.meshwatch.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.StaleMarker;
import java.util.Random;
import org.junit.jupiter.api.Test;

class XorEncoderTest {
  @Test
  void givesBackWhatWasPutIn() {
    for (long seed = 1; seed <= 300; seed++) {
      roundTrip(seed);
    }
  }

  private static void roundTrip(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(300);
    long[] times = new long[count];
    double[] values = new double[count];
    long time = random.nextLong() >> (16 + random.nextInt(40));
    double value = random.nextInt(1000);
    XorEncoder encoder = new XorEncoder(0);
    for (int i = 0; i < count; i++) {
      time += random.nextInt(10) == 0 ? 1 + (random.nextLong() >>> (20 + random.nextInt(40))) : 15_000;
      value = switch (random.nextInt(6)) {
        case 0 -> value;
        case 1 -> value + random.nextInt(100);
        case 2 -> random.nextGaussian() * 1e6;
        case 3 -> Double.longBitsToDouble(random.nextLong());
        case 4 -> StaleMarker.VALUE;
        default -> Double.POSITIVE_INFINITY;
      };
      times[i] = time;
      values[i] = value;
      encoder.append(time, value);
    }
    byte[] chunk = encoder.toBytes();
    SampleBuffer read = new SampleBuffer();
    ChunkBytes.finished(ChunkEncoding.XOR, chunk).read(Long.MIN_VALUE, Long.MAX_VALUE, read);
    assertThat(read.size()).as("seed %d", seed).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(read.timestamps()[i]).as("time %d, seed %d", i, seed).isEqualTo(times[i]);
      assertThat(Double.doubleToRawLongBits(read.values()[i])).as("value %d, seed %d", i, seed)
          .isEqualTo(Double.doubleToRawLongBits(values[i]));
    }
    assertThat(XorEncoder.resume(chunk).toBytes()).as("resumed, seed %d", seed).isEqualTo(chunk);
  }

  @Test
  void showsOnlyTheSamplesThatWereCounted() {
    XorEncoder encoder = new XorEncoder(0);
    encoder.append(1000, 1);
    encoder.append(2000, 2);
    byte[] shared = encoder.bytes();
    encoder.append(3000, 3);
    SampleBuffer read = new SampleBuffer();
    new ChunkBytes(ChunkEncoding.XOR, shared, 0, shared.length, 2).read(0, 9000, read);
    assertThat(read.size()).isEqualTo(2);
    assertThat(read.values()[1]).isEqualTo(2);
  }

  @Test
  void readsOnlyTheRangeAskedFor() {
    XorEncoder encoder = new XorEncoder(0);
    for (int i = 0; i < 10; i++) {
      encoder.append(i * 1000L, i);
    }
    SampleBuffer read = new SampleBuffer();
    ChunkBytes.finished(ChunkEncoding.XOR, encoder.toBytes()).read(3000, 5000, read);
    assertThat(read.size()).isEqualTo(3);
    assertThat(read.timestamps()[0]).isEqualTo(3000);
  }

  @Test
  void refusesToReadPastTheEnd() {
    XorEncoder encoder = new XorEncoder(0);
    encoder.append(1000, 1.5);
    encoder.append(2000, 2.7);
    byte[] chunk = encoder.toBytes();
    chunk[1] = 50;
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> ChunkBytes.finished(ChunkEncoding.XOR, chunk).read(0, 9000, new SampleBuffer()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
