package io.meshwatch.dhall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Files in memory, for reading only. */
final class FakeDisk implements ReadOnlyDisk {
  private final Map<Path, byte[]> files = new HashMap<>();

  FakeDisk file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  FakeDisk file(String path, byte[] content) {
    files.put(Path.of(path).normalize(), content);
    return this;
  }

  @Override
  public File open(Path path, Mode mode) throws IOException {
    byte[] content = files.get(path.normalize());
    if (content == null) {
      throw new NoSuchFileException(path.toString());
    }
    return new MemoryFile(content);
  }

  @Override
  public boolean exists(Path path) {
    return files.containsKey(path.normalize()) || isDirectory(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return files.keySet().stream().anyMatch(file -> path.normalize().equals(file.getParent()));
  }

  @Override
  public List<String> list(Path directory) {
    return files.keySet().stream()
        .filter(file -> directory.normalize().equals(file.getParent() == null ? Path.of("") : file.getParent()))
        .map(file -> String.valueOf(file.getFileName()))
        .sorted()
        .toList();
  }

  @Override
  public long size(Path file) throws IOException {
    return open(file, Mode.READ).size();
  }

  private record MemoryFile(byte[] content) implements File {
    @Override
    public long size() {
      return content.length;
    }

    @Override
    public int read(long position, ByteBuffer into) {
      int length = Math.min(into.remaining(), content.length - (int) position);
      into.put(content, (int) position, length);
      return length;
    }

    @Override
    public void write(long position, ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force() {
      throw new UnsupportedOperationException();
    }

    @Override
    public MemorySegment map(long position, long length, Arena arena) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
