package io.meshwatch.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What each network interface received and sent, from {@code /proc/net/dev}. */
final class NetworkCollector {
  private static final String[] COLUMNS = {
    "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame", "receive_compressed", "receive_multicast",
    "transmit_bytes", "transmit_packets", "transmit_errs", "transmit_drop", "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed"
  };

  private record Interface(String name, long[] values) {}

  private NetworkCollector() {}

  static void collect(KernelFiles files, MetricBytes out) throws IOException {
    List<Interface> interfaces = new ArrayList<>();
    Cursor lines = files.read("proc/net/dev");
    lines.nextLine();
    for (lines.nextLine(); !lines.atEnd(); lines.nextLine()) {
      String name = lines.until(':');
      long[] values = new long[COLUMNS.length];
      for (int column = 0; column < COLUMNS.length; column++) {
        values[column] = lines.number();
      }
      interfaces.add(new Interface(name, values));
    }
    for (int column = 0; column < COLUMNS.length; column++) {
      out.counter("node_network_" + COLUMNS[column] + "_total", "Network device statistic " + COLUMNS[column] + ".");
      for (Interface one : interfaces) {
        out.sample(one.values[column], "device", one.name);
      }
    }
  }
}
