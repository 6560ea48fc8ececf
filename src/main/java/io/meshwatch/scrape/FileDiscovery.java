package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Targets from JSON or YAML files. A file that cannot be read keeps what all files said before. */
final class FileDiscovery implements Discovery {
  private static final String FILE_PATH = "__meta_filepath";

  private final DiscoverySettings.FromFiles settings;
  private final Disk disk;

  /** What a file held when it was last read, and what it said. */
  private record Known(byte[] content, List<TargetGroup> groups) {}

  /** Confined to the discovery's timer. */
  private final Map<Path, Known> known = new HashMap<>();

  FileDiscovery(DiscoverySettings.FromFiles settings, Disk disk) {
    this.settings = settings;
    this.disk = disk;
  }

  @Override
  public String name() {
    return "file " + String.join(", ", settings.files());
  }

  @Override
  public long refreshMillis() {
    return Math.max(100, Math.round(settings.refreshSeconds() * 1000));
  }

  @Override
  public List<TargetGroup> find() {
    List<TargetGroup> groups = new ArrayList<>();
    Set<Path> seen = new HashSet<>();
    for (String pattern : settings.files()) {
      for (Path file : matching(Path.of(pattern))) {
        groups.addAll(read(file));
        seen.add(file);
      }
    }
    known.keySet().retainAll(seen);
    return groups;
  }

  private List<Path> matching(Path pattern) {
    try {
      return FileGlob.matching(pattern, disk);
    } catch (IOException e) {
      throw new DiscoveryException("folder of " + pattern + " cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new DiscoveryException(String.valueOf(e.getMessage()));
    }
  }

  /** Looks often and parses seldom: a file with the same bytes lists the same targets. */
  private List<TargetGroup> read(Path file) {
    byte[] content;
    try {
      content = disk.readAll(file);
    } catch (IOException e) {
      throw new DiscoveryException("file " + file + " cannot be read: " + e.getMessage());
    }
    Known before = known.get(file);
    if (before == null || !Arrays.equals(before.content, content)) {
      before = new Known(content, parse(file, content));
      known.put(file, before);
    }
    return before.groups;
  }

  private static List<TargetGroup> parse(Path file, byte[] content) {
    List<TargetGroup> groups = new ArrayList<>();
    for (TargetGroup group : TargetGroups.read(file.toString(), new String(content, StandardCharsets.UTF_8))) {
      Labels labels = group.labels().toBuilder().set(FILE_PATH, file.toString()).build();
      groups.add(new TargetGroup(group.source(), group.addresses(), labels));
    }
    return groups;
  }
}
