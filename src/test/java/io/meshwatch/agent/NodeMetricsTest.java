package io.meshwatch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.SimulatedEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeMetricsTest {
  private final Clock clock = new SimulatedEnvironment(1_800_000_000_123L).environment().clock();
  @TempDir Path root;

  @Test
  void readsProcessorsAndTheKernelsCounts() throws IOException {
    write("proc/stat", """
        cpu  300 0 30 3000 3 0 3 0 5 1
        cpu0 100 1 10 1005 1 2 3 4 5 1
        cpu1 200 0 20 2000 2 0 1 0 0 0
        intr 12345 1 2 3
        ctxt 678
        btime 1799990000
        processes 42
        procs_running 3
        procs_blocked 1
        softirq 9 9
        """);
    assertThat(page())
        .contains("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 10.05\n")
        .contains("node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n")
        .contains("node_cpu_seconds_total{cpu=\"1\",mode=\"system\"} 0.2\n")
        .contains("node_cpu_guest_seconds_total{cpu=\"0\",mode=\"user\"} 0.05\n")
        .contains("node_intr_total 12345\n", "node_context_switches_total 678\n", "node_boot_time_seconds 1799990000\n")
        .contains("node_forks_total 42\n", "node_procs_running 3\n", "node_procs_blocked 1\n")
        .contains("node_time_seconds 1800000000.123\n");
  }

  @Test
  void readsMemoryWithAndWithoutUnits() throws IOException {
    write("proc/meminfo", "MemTotal:        2048 kB\nActive(anon):      10 kB\nHugePages_Total:       7\n");
    assertThat(page())
        .contains("node_memory_MemTotal_bytes 2097152\n", "node_memory_Active_anon_bytes 10240\n", "node_memory_HugePages_Total 7\n");
  }

  @Test
  void readsPressureOfEachResource() throws IOException {
    write("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n");
    write("proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    write("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=250000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=20\n");
    assertThat(page())
        .contains("node_pressure_cpu_waiting_seconds_total 1.5\n", "node_pressure_io_waiting_seconds_total 0.000001\n")
        .contains("node_pressure_memory_waiting_seconds_total 0.25\n", "node_pressure_memory_stalled_seconds_total 0.00002\n")
        .doesNotContain("node_pressure_cpu_stalled");
  }

  @Test
  void leavesPartitionsOutAndTakesOldKernelsShortLines() throws IOException {
    write("proc/diskstats", """
           8       0 sda 10 1 100 2000 20 2 200 4000 0 500 6000
           8       1 sda1 9 1 90 1900 20 2 200 4000 0 500 6000
           7       0 loop0 1 0 1 1 0 0 0 0 0 0 0
         259       0 nvme0n1 5 0 8 1 0 0 0 0 2 0 0 1 2 3 4 5 6
        """);
    assertThat(page())
        .contains("node_disk_read_bytes_total{device=\"sda\"} 51200\n", "node_disk_io_time_seconds_total{device=\"sda\"} 0.5\n")
        .contains("node_disk_io_time_weighted_seconds_total{device=\"sda\"} 6\n", "node_disk_io_now{device=\"nvme0n1\"} 2\n")
        .contains("node_disk_flush_requests_time_seconds_total{device=\"nvme0n1\"} 0.006\n")
        .doesNotContain("sda1", "loop0", "node_disk_flush_requests_total{device=\"sda\"}");
  }

  @Test
  void readsInterfacesWhoseNamesTouchTheirNumbers() throws IOException {
    write("proc/net/dev", """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
          eth0:100 200 0 0 0 0 0 0 300 400 0 0 0 0 0 0
        """);
    assertThat(page())
        .contains("node_network_receive_bytes_total{device=\"eth0\"} 100\n", "node_network_transmit_packets_total{device=\"eth0\"} 400\n")
        .contains("node_network_receive_multicast_total{device=\"lo\"} 8\n", "node_network_transmit_carrier_total{device=\"lo\"} 15\n");
  }

  @Test
  void seesADegradedAndARecoveringArray() throws IOException {
    write("proc/mdstat", """
        Personalities : [raid1] [raid0]
        md0 : active raid1 sdb1[1](F) sda1[0]
              1046528 blocks super 1.2 [2/1] [U_]

        md1 : active raid1 sdd1[2] sdc1[0] sde1[3](S)
              2096128 blocks super 1.2 [2/1] [U_]
              [==>..................]  recovery = 12.6% (264832/2096128) finish=0.5min speed=52966K/sec

        md2 : active raid0 sdg1[1] sdf1[0]
              4192256 blocks super 1.2 512k chunks

        unused devices: <none>
        """);
    assertThat(page())
        .contains("node_md_disks{device=\"md0\",state=\"active\"} 1\n", "node_md_disks{device=\"md0\",state=\"failed\"} 1\n")
        .contains("node_md_disks_required{device=\"md0\"} 2\n", "node_md_blocks{device=\"md0\"} 1046528\n")
        .contains("node_md_state{device=\"md1\",state=\"recovering\"} 1\n", "node_md_disks{device=\"md1\",state=\"spare\"} 1\n")
        .contains("node_md_disks_required{device=\"md2\"} 2\n", "node_md_disks{device=\"md2\",state=\"active\"} 2\n");
  }

  @Test
  void tellsWhichPartsThisMachineDoesNotHave() throws IOException {
    write("proc/loadavg", "0.50 0.25 0.125 1/2 3\n");
    assertThat(page())
        .contains("node_load1 0.50\n", "node_load15 0.125\n")
        .contains("node_scrape_collector_success{collector=\"loadavg\"} 1\n", "node_scrape_collector_success{collector=\"conntrack\"} 0\n");
  }

  @Test
  void readsFilesThatGrowBeyondItsBuffer() throws IOException {
    StringBuilder vmstat = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      vmstat.append("nr_something_").append(i).append(" 1\n");
    }
    write("proc/vmstat", vmstat.append("pgmajfault 17\noom_kill 2\npgalloc_dma 9\n").toString());
    assertThat(page()).contains("node_vmstat_pgmajfault 17\n", "node_vmstat_oom_kill 2\n").doesNotContain("pgalloc", "nr_something");
  }

  private void write(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private String page() {
    try (NodeMetrics metrics = new NodeMetrics(clock, root)) {
      return new String(metrics.page(), StandardCharsets.UTF_8);
    }
  }
}
