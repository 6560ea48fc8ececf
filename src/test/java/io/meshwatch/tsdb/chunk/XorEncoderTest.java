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
    readsPartsAsOneByOne(seed, chunk, times[random.nextInt(count)], times[random.nextInt(count)]);
    assertThat(XorEncoder.resume(chunk).toBytes()).as("resumed, seed %d", seed).isEqualTo(chunk);
  }

  private static void readsPartsAsOneByOne(long seed, byte[] chunk, long from, long to) {
    SampleBuffer expected = new SampleBuffer();
    XorDecoder slow = new XorDecoder(chunk, 0, chunk.length);
    while (slow.next()) {
      if (slow.time() >= from && slow.time() <= to) {
        expected.add(slow.time(), slow.value());
      }
    }
    SampleBuffer read = new SampleBuffer();
    read.add(1, 1);
    ChunkBytes.finished(ChunkEncoding.XOR, chunk).read(from, to, read);
    assertThat(read.size()).as("seed %d", seed).isEqualTo(expected.size() + 1);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(read.timestamps()[i + 1]).as("seed %d", seed).isEqualTo(expected.timestamps()[i]);
    }
  }

  @Test
  void readsRestingGaugesInRuns() {
    XorEncoder encoder = new XorEncoder(0);
    for (int i = 0; i < 240; i++) {
      encoder.append(i * 15_000L + (i > 100 ? 1 : 0), i < 200 ? 7.5 : 8);
    }
    byte[] chunk = encoder.toBytes();
    readsPartsAsOneByOne(0, chunk, 0, Long.MAX_VALUE);
    readsPartsAsOneByOne(0, chunk, 30_000, 600_000);
    readsPartsAsOneByOne(0, chunk, 600_001, 2_000_000);
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
