package io.meshwatch.tsdb.wal;

import io.meshwatch.environment.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Names and numbers of the write-ahead log.
 *
 * <pre>
 * segment  = {page}                              file 00000000, 00000001…
 * page     = {fragment} zeros                    32 KiB; only the last page of a segment may be shorter
 * fragment = type:byte length:uint16 crc32c:uint32 data
 * type     = bits 0-2: 0 rest of the page is empty, 1 whole record, 2 first, 3 middle, 4 last fragment
 *            bit 3: the record is compressed with snappy, bit 4: with zstd
 * </pre>
 *
 * A record never crosses a segment.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/wal.md">WAL disk format</a>
 */
public final class LogFormat {
  static final int PAGE_BYTES = 32 * 1024;
  static final int HEADER_BYTES = 7;
  static final int TYPE_MASK = 0x07;
  static final int SNAPPY_FLAG = 0x08;
  static final int ZSTD_FLAG = 0x10;
  static final int EMPTY = 0;
  static final int WHOLE = 1;
  static final int FIRST = 2;
  static final int MIDDLE = 3;
  static final int LAST = 4;
  /** Largest record that is believed; a longer one is damage. */
  static final int RECORD_BYTES_MAX = 1 << 29;
  public static final int SEGMENT_BYTES = 128 * 1024 * 1024;
  private static final String CHECKPOINT = "checkpoint.";

  private LogFormat() {}

  public static String segmentName(int number) {
    return String.format("%08d", number);
  }

  public static String checkpointName(int number) {
    return CHECKPOINT + segmentName(number);
  }

  /** Numbers of the segments in a directory, ascending. */
  public static List<Integer> segments(Disk disk, Path directory) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String name : disk.list(directory)) {
      if (isNumber(name)) {
        numbers.add(Integer.parseInt(name));
      }
    }
    numbers.sort(null);
    return numbers;
  }

  /** Numbers of the finished checkpoints in a directory, ascending: the last segment that each of them replaces. */
  public static List<Integer> checkpoints(Disk disk, Path directory) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String name : disk.list(directory)) {
      if (name.startsWith(CHECKPOINT) && isNumber(name.substring(CHECKPOINT.length()))) {
        numbers.add(Integer.parseInt(name.substring(CHECKPOINT.length())));
      }
    }
    numbers.sort(null);
    return numbers;
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
