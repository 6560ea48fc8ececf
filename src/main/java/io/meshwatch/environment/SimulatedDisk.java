package io.meshwatch.environment;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Files in memory that can be lost. What was written but not forced is gone after {@link #crash}; so are new, renamed and deleted
 * names in directories that were not forced. The n-th operation can be made to fail. Safe for all threads.
 */
public final class SimulatedDisk implements Disk {
  /** Content as programs see it, and as it would be found after a crash. */
  private static final class Inode {
    private byte[] content = new byte[0];
    private int length;
    private byte[] safe = new byte[0];
    private int safeLength;

    /** Appending doubles the room, so that a log of many small writes costs no square. */
    void lengthen(int newLength) {
      if (newLength > content.length) {
        content = Arrays.copyOf(content, Math.max(newLength, content.length * 2));
      }
      length = Math.max(length, newLength);
    }

    /** What was forced before need not be copied again unless it was overwritten. */
    void force(int overwrittenFrom) {
      if (safe.length < length) {
        safe = Arrays.copyOf(safe, Math.max(length, safe.length * 2));
      }
      int from = Math.min(overwrittenFrom, Math.min(safeLength, length));
      System.arraycopy(content, from, safe, from, length - from);
      safeLength = length;
    }

    void loseWhatWasNotForced() {
      content = Arrays.copyOf(safe, safeLength);
      length = safeLength;
    }
  }

  private NavigableMap<Path, Inode> files = new TreeMap<>();
  private NavigableMap<Path, Inode> safeNames = new TreeMap<>();
  private final NavigableMap<Path, Boolean> directories = new TreeMap<>();
  private long operations;
  private long failAt = -1;
  private boolean failForever;
  private long capacityBytes = 1L << 40;

  /** Lets the n-th operation from now on fail (1 = the next), and all that follow if {@code forever}. */
  public synchronized void failOperation(long number, boolean forever) {
    failAt = operations + number;
    failForever = forever;
  }

  /** Lets operations succeed again. */
  public synchronized void heal() {
    failAt = -1;
    failForever = false;
  }

  /** How many operations there were: run once to know how many faults to try. */
  public synchronized long operations() {
    return operations;
  }

  /** How many bytes fit in all; writing more fails with "no space left on device". */
  public synchronized void capacity(long bytes) {
    capacityBytes = bytes;
  }

  /** The machine loses power: only what was forced remains. Open files must not be used afterwards. */
  public synchronized void crash() {
    files = new TreeMap<>(safeNames);
    files.values().forEach(Inode::loseWhatWasNotForced);
  }

  private void operation(String what, Path path) throws IOException {
    operations++;
    if (failAt >= 0 && (operations == failAt || (failForever && operations > failAt))) {
      throw new IOException("simulated fault: " + what + " " + path);
    }
  }

  private static Path key(Path path) {
    return path.toAbsolutePath().normalize();
  }

  @Override
  public synchronized File open(Path path, Mode mode) throws IOException {
    operation("open", path);
    Path key = key(path);
    Inode inode = files.get(key);
    if (inode != null && mode == Mode.CREATE) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (inode == null && mode == Mode.READ) {
      throw new FileNotFoundException(path.toString());
    }
    if (inode == null) {
      inode = new Inode();
      files.put(key, inode);
    }
    return new MemoryFile(inode, path);
  }

  @Override
  public synchronized boolean exists(Path path) {
    return files.containsKey(key(path)) || isDirectory(path);
  }

  @Override
  public synchronized boolean isDirectory(Path path) {
    Path key = key(path);
    return directories.containsKey(key) || files.keySet().stream().anyMatch(f -> f.startsWith(key) && !f.equals(key));
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    operation("list", directory);
    Path key = key(directory);
    var names = files.keySet().stream();
    return java.util.stream.Stream.concat(names, directories.keySet().stream())
        .filter(p -> p.startsWith(key) && p.getNameCount() > key.getNameCount())
        .map(p -> p.getName(key.getNameCount()).toString())
        .collect(Collectors.toCollection(java.util.TreeSet::new))
        .stream()
        .toList();
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    Inode inode = files.get(key(file));
    if (inode == null) {
      throw new FileNotFoundException(file.toString());
    }
    return inode.length;
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    operation("create directory", directory);
    directories.put(key(directory), true);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    operation("rename", from);
    Path source = key(from);
    Path target = key(to);
    if (!exists(from)) {
      throw new FileNotFoundException(from.toString());
    }
    NavigableMap<Path, Inode> moved = new TreeMap<>();
    files.forEach((path, inode) -> moved.put(path.startsWith(source) ? target.resolve(source.relativize(path)) : path, inode));
    // An inode that stands under the target's very name keeps it only if it was the one moved.
    Inode exact = files.get(source);
    if (exact != null) {
      moved.put(target, exact);
    }
    files = moved;
    List<Path> underSource = directories.keySet().stream().filter(p -> p.startsWith(source)).toList();
    underSource.forEach(directories::remove);
    underSource.forEach(p -> directories.put(p.equals(source) ? target : target.resolve(source.relativize(p)), true));
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    operation("delete", path);
    Path key = key(path);
    files.keySet().removeIf(f -> f.startsWith(key));
    directories.keySet().removeIf(d -> d.startsWith(key));
  }

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    operation("force directory", directory);
    Path key = key(directory);
    // A directory's own entries become safe; renamed directories bring what lies below.
    safeNames.keySet().removeIf(f -> f.startsWith(key) && !files.containsKey(f));
    files.forEach((path, inode) -> {
      boolean entry = path.startsWith(key) && (path.getNameCount() == key.getNameCount() + 1 || !safeNames.containsKey(path));
      if (entry) {
        safeNames.put(path, inode);
      }
    });
  }

  @Override
  public synchronized Space space(Path path) {
    return new Space(Math.max(0, capacityBytes - used()), capacityBytes);
  }

  private long used() {
    return files.values().stream().mapToLong(inode -> inode.length).sum();
  }

  private final class MemoryFile implements File {
    private final Inode inode;
    private final Path path;
    /** Where the first byte lies that this handle wrote since it last forced. */
    private int overwrittenFrom = Integer.MAX_VALUE;

    MemoryFile(Inode inode, Path path) {
      this.inode = inode;
      this.path = path;
    }

    @Override
    public long size() {
      synchronized (SimulatedDisk.this) {
        return inode.length;
      }
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException {
      synchronized (SimulatedDisk.this) {
        operation("read", path);
        int length = Math.clamp(inode.length - position, 0, into.remaining());
        into.put(inode.content, (int) Math.min(position, inode.length), length);
        return length;
      }
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      synchronized (SimulatedDisk.this) {
        operation("write", path);
        int end = Math.toIntExact(position + from.remaining());
        if (end > inode.length) {
          if (used() + end - inode.length > capacityBytes) {
            throw new IOException("No space left on device");
          }
          inode.lengthen(end);
        }
        overwrittenFrom = (int) Math.min(overwrittenFrom, position);
        from.get(inode.content, (int) position, from.remaining());
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        operation("truncate", path);
        inode.length = Math.toIntExact(Math.min(size, inode.length));
        overwrittenFrom = Math.min(overwrittenFrom, inode.length);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedDisk.this) {
        operation("force", path);
        inode.force(overwrittenFrom);
        overwrittenFrom = Integer.MAX_VALUE;
      }
    }

    @Override
    public MemorySegment map(long position, long length, Arena arena) throws IOException {
      synchronized (SimulatedDisk.this) {
        operation("map", path);
        int from = Math.toIntExact(position);
        MemorySegment copy = arena.allocate(length, 8);
        return copy.copyFrom(MemorySegment.ofArray(inode.content).asSlice(from, length)).asReadOnly();
      }
    }

    @Override
    public void close() {
      // Nothing is held; what was not forced may still be lost.
    }
  }
}
