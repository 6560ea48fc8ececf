package io.meshwatch.tsdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.tsdb.chunk.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is read ahead is what is read at once: records, places and damage. */
class ReadAheadTest {
  private static final Path FOLDER = Path.of("/log");
  private static final Path SEGMENT = FOLDER.resolve(LogFormat.segmentName(0));

  private final Disk disk = new SimulatedEnvironment(0).disk();
  private final Random random = new Random(5);
  private final ReadAhead ahead = new ReadAhead();
  private final Thread thread = Thread.ofPlatform().start(ahead::work);

  @AfterEach
  void letGo() throws InterruptedException {
    ahead.end();
    thread.join();
  }

  /** Several batches: 3 MB. */
  private void writeSegment() throws IOException {
    try (LogWriter log = LogWriter.open(disk, FOLDER, Compression.SNAPPY, Long.MAX_VALUE, false)) {
      for (int i = 0; i < 600; i++) {
        ByteWriter record = new ByteWriter(16);
        int length = random.nextInt(10_000) + 1;
        for (int at = 0; at < length; at++) {
          record.putByte(random.nextInt());
        }
        log.append(List.of(record));
      }
    }
  }

  private void flip(long offset) throws IOException {
    try (Disk.File file = disk.open(SEGMENT, Disk.Mode.WRITE)) {
      byte[] one = new byte[1];
      file.read(offset, ByteBuffer.wrap(one));
      one[0] ^= 0x10;
      file.write(offset, ByteBuffer.wrap(one));
    }
  }

  private static List<String> told(RecordSource source) throws IOException {
    List<String> told = new ArrayList<>();
    boolean more = true;
    while (more) {
      while (source.next()) {
        byte[] record = source.record().readBytes(source.record().remaining());
        told.add(source.recordStart() + "–" + source.recordEnd() + " " + record.length + " bytes, " + ByteWriter.checksum(record, 0, record.length));
      }
      more = source.damage() != null;
      if (more) {
        told.add(source.damage() + " after " + source.recordEnd());
        source.skipDamage();
      }
    }
    source.close();
    return told;
  }

  @Test
  void givesTheSameRecordsAndTheSameDamage() throws IOException {
    writeSegment();
    List<String> whole = told(new SegmentReader(disk, SEGMENT));
    assertThat(whole).hasSize(600);
    assertThat(told(ahead.of(new SegmentReader(disk, SEGMENT)))).isEqualTo(whole);

    long size = disk.size(SEGMENT);
    for (long place : List.of(3L, size / 3, size / 3 + 40_000, size - 5)) {
      flip(place);
    }
    List<String> damaged = told(new SegmentReader(disk, SEGMENT));
    assertThat(damaged).hasSizeLessThan(600).anyMatch(line -> line.contains("checksum"));
    assertThat(told(ahead.of(new SegmentReader(disk, SEGMENT)))).isEqualTo(damaged);
  }

  @Test
  void beginsInTheMiddleAndEndsEarly() throws IOException {
    writeSegment();
    SegmentReader reader = new SegmentReader(disk, SEGMENT);
    assertThat(reader.next()).isTrue();
    long second = reader.recordEnd();
    reader.close();

    SegmentReader later = new SegmentReader(disk, SEGMENT);
    later.startAt(second);
    try (RecordSource source = ahead.of(later)) {
      assertThat(source.recordEnd()).isEqualTo(second);
      assertThat(source.next()).isTrue();
      assertThat(source.recordStart()).isEqualTo(second);
    }
    assertThat(told(ahead.of(new SegmentReader(disk, SEGMENT)))).as("the next segment").hasSize(600);
  }
}
