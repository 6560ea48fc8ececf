package io.meshwatch.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What each disk did, from {@code /proc/diskstats}. Partitions, RAM disks and loop devices are left out, as node_exporter does. */
final class DiskCollector {
  private static final int SECTOR_BYTES = 512;
  private static final int MILLISECONDS = 1_000;
  private static final Pattern LEFT_OUT = Pattern.compile("(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+");

  /** How a column is written. */
  private enum Unit {
    COUNT,
    SECTORS,
    MILLIS
  }

  private record Column(String name, String type, Unit unit, String help) {}

  /** In the order of the file's columns after the device's name. */
  private static final List<Column> COLUMNS = List.of(
      new Column("reads_completed_total", "counter", Unit.COUNT, "Reads that completed."),
      new Column("reads_merged_total", "counter", Unit.COUNT, "Reads that were merged with others."),
      new Column("read_bytes_total", "counter", Unit.SECTORS, "Bytes read."),
      new Column("read_time_seconds_total", "counter", Unit.MILLIS, "Seconds spent by all reads."),
      new Column("writes_completed_total", "counter", Unit.COUNT, "Writes that completed."),
      new Column("writes_merged_total", "counter", Unit.COUNT, "Writes that were merged with others."),
      new Column("written_bytes_total", "counter", Unit.SECTORS, "Bytes written."),
      new Column("write_time_seconds_total", "counter", Unit.MILLIS, "Seconds spent by all writes."),
      new Column("io_now", "gauge", Unit.COUNT, "Reads and writes under way."),
      new Column("io_time_seconds_total", "counter", Unit.MILLIS, "Seconds during which the disk was busy."),
      new Column("io_time_weighted_seconds_total", "counter", Unit.MILLIS, "Seconds that all reads and writes waited together."),
      new Column("discards_completed_total", "counter", Unit.COUNT, "Discards that completed."),
      new Column("discards_merged_total", "counter", Unit.COUNT, "Discards that were merged with others."),
      new Column("discarded_sectors_total", "counter", Unit.COUNT, "Sectors discarded."),
      new Column("discard_time_seconds_total", "counter", Unit.MILLIS, "Seconds spent by all discards."),
      new Column("flush_requests_total", "counter", Unit.COUNT, "Flushes that completed."),
      new Column("flush_requests_time_seconds_total", "counter", Unit.MILLIS, "Seconds spent by all flushes."));

  private record Disk(String name, List<Long> values) {}

  private DiskCollector() {}

  static void collect(KernelFiles files, MetricBytes out) throws IOException {
    List<Disk> disks = new ArrayList<>();
    for (Cursor stats = files.read("proc/diskstats"); !stats.atEnd(); stats.nextLine()) {
      stats.number();
      stats.number();
      String name = stats.word();
      if (!LEFT_OUT.matcher(name).matches()) {
        disks.add(new Disk(name, values(stats)));
      }
    }
    for (int column = 0; column < COLUMNS.size(); column++) {
      write(disks, column, out);
    }
  }

  /** Older kernels have fewer columns. */
  private static List<Long> values(Cursor stats) {
    List<Long> values = new ArrayList<>(COLUMNS.size());
    while (!stats.atLineEnd() && values.size() < COLUMNS.size()) {
      values.add(stats.number());
    }
    return values;
  }

  private static void write(List<Disk> disks, int index, MetricBytes out) {
    Column column = COLUMNS.get(index);
    out.family("node_disk_" + column.name, column.type, column.help);
    for (Disk disk : disks) {
      if (index < disk.values.size()) {
        long value = disk.values.get(index);
        switch (column.unit) {
          case COUNT -> out.sample(value, "device", disk.name);
          case SECTORS -> out.sample(value * SECTOR_BYTES, "device", disk.name);
          case MILLIS -> out.parts(value, MILLISECONDS, "device", disk.name);
        }
      }
    }
  }
}
