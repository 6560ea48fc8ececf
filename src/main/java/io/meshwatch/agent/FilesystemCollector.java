package io.meshwatch.agent;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How full each mounted file system is. Those of the kernel itself are left out, as node_exporter does. */
final class FilesystemCollector implements Collector {
  private static final int MOUNTS_MAX = 1_000;
  private static final Pattern LEFT_OUT_MOUNTS =
      Pattern.compile("/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/.*)");
  private static final Set<String> LEFT_OUT_TYPES = Set.of(
      "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "fusectl", "hugetlbfs", "iso9660",
      "mqueue", "nsfs", "overlay", "proc", "procfs", "pstore", "rpc_pipefs", "securityfs", "selinuxfs", "squashfs", "sysfs", "tracefs");

  private @Nullable NativeCalls calls;

  private record Mount(String device, String mountPoint, String type, boolean readOnly) {}

  /** A mount with what the kernel says of it; no space if it did not answer. */
  private record Filesystem(Mount mount, NativeCalls.@Nullable Space space) {}

  @Override
  public void collect(KernelFiles files, MetricBytes out) throws IOException {
    if (calls == null) {
      calls = new NativeCalls();
    }
    List<Filesystem> filesystems = new ArrayList<>();
    for (Mount mount : mounts(files)) {
      filesystems.add(new Filesystem(mount, space(calls, mount)));
    }
    write(out, filesystems, "avail_bytes", "Bytes that users can still write.", s -> s.blocksAvailable() * s.blockBytes());
    write(out, filesystems, "files", "Inodes in all.", NativeCalls.Space::files);
    write(out, filesystems, "files_free", "Inodes that are free.", NativeCalls.Space::filesFree);
    write(out, filesystems, "free_bytes", "Bytes that are free.", s -> s.blocksFree() * s.blockBytes());
    write(out, filesystems, "size_bytes", "Bytes in all.", s -> s.blocks() * s.blockBytes());
    out.gauge("node_filesystem_readonly", "Whether nothing can be written.");
    filesystems.forEach(f -> out.sample(f.mount.readOnly ? 1L : 0L, labels(f.mount)));
    out.gauge("node_filesystem_device_error", "Whether the file system did not answer.");
    filesystems.forEach(f -> out.sample(f.space == null ? 1L : 0L, labels(f.mount)));
  }

  private static void write(
      MetricBytes out, List<Filesystem> filesystems, String name, String help, ToLongFunction<NativeCalls.Space> value) {
    out.gauge("node_filesystem_" + name, help);
    for (Filesystem filesystem : filesystems) {
      if (filesystem.space != null) {
        out.sample(value.applyAsLong(filesystem.space), labels(filesystem.mount));
      }
    }
  }

  private static String[] labels(Mount mount) {
    return new String[] {"device", mount.device, "fstype", mount.type, "mountpoint", mount.mountPoint};
  }

  private static NativeCalls.@Nullable Space space(NativeCalls calls, Mount mount) {
    try {
      return calls.space(mount.mountPoint);
    } catch (IOException e) {
      return null;
    }
  }

  /** The first process sees the machine's mounts even if ours sees fewer. */
  private static Set<Mount> mounts(KernelFiles files) throws IOException {
    Set<Mount> mounts = new LinkedHashSet<>();
    for (Cursor lines = mountLines(files); !lines.atEnd() && mounts.size() < MOUNTS_MAX; lines.nextLine()) {
      String device = lines.word();
      String mountPoint = unescape(lines.word());
      String type = lines.word();
      String options = lines.word();
      boolean leftOut = LEFT_OUT_TYPES.contains(type) || LEFT_OUT_MOUNTS.matcher(mountPoint).matches();
      if (!leftOut) {
        mounts.add(new Mount(unescape(device), mountPoint, type, options.equals("ro") || options.startsWith("ro,")));
      }
    }
    return mounts;
  }

  private static Cursor mountLines(KernelFiles files) throws IOException {
    try {
      return files.read("proc/1/mounts");
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      return files.read("proc/self/mounts");
    }
  }

  /** Blanks and backslashes are written as three octal digits. */
  private static String unescape(String text) {
    return text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
  }
}
