package io.meshwatch.agent;

import java.io.IOException;
import java.util.Locale;

/** Name and kernel of the machine, open files, tracked connections. */
final class MachineCollectors {
  private MachineCollectors() {}

  static void uname(KernelFiles files, MetricBytes out) throws IOException {
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    out.gauge("node_uname_info", "Name and kernel of the machine, as uname tells them.").sample(
        1L,
        "domainname", files.read("proc/sys/kernel/domainname").until('\n'),
        "machine", architecture.equals("amd64") ? "x86_64" : architecture,
        "nodename", files.read("proc/sys/kernel/hostname").until('\n'),
        "release", files.read("proc/sys/kernel/osrelease").until('\n'),
        "sysname", files.read("proc/sys/kernel/ostype").until('\n'),
        "version", files.read("proc/sys/kernel/version").until('\n'));
  }

  static void openFiles(KernelFiles files, MetricBytes out) throws IOException {
    Cursor counts = files.read("proc/sys/fs/file-nr");
    long allocated = counts.number();
    counts.number();
    out.gauge("node_filefd_allocated", "Open file descriptors.").sample(allocated);
    out.gauge("node_filefd_maximum", "How many may be open.").sample(counts.number());
  }

  static void conntrack(KernelFiles files, MetricBytes out) throws IOException {
    long entries = files.read("proc/sys/net/netfilter/nf_conntrack_count").number();
    long limit = files.read("proc/sys/net/netfilter/nf_conntrack_max").number();
    out.gauge("node_nf_conntrack_entries", "Tracked connections.").sample(entries);
    out.gauge("node_nf_conntrack_entries_limit", "How many connections can be tracked.").sample(limit);
  }
}
