package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Targets from JSON or YAML files. A file that cannot be read keeps what all files said before. */
final class FileDiscovery implements Discovery {
  private static final String FILE_PATH = "__meta_filepath";

  private final DiscoverySettings.FromFiles settings;
  private final Disk disk;

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
    for (String pattern : settings.files()) {
      for (Path file : matching(Path.of(pattern))) {
        groups.addAll(read(file));
      }
    }
    return groups;
  }

  private List<Path> matching(Path pattern) {
    Path directory = pattern.getParent();
    String name = String.valueOf(pattern.getFileName());
    if (name.indexOf('*') < 0) {
      return disk.exists(pattern) ? List.of(pattern) : List.of();
    }
    Pattern glob = Pattern.compile(Pattern.quote(name).replace("*", "\\E[^/]*\\Q"));
    Path folder = directory == null ? Path.of(".") : directory;
    try {
      return disk.list(folder).stream().filter(n -> glob.matcher(n).matches()).map(folder::resolve).toList();
    } catch (IOException e) {
      throw new DiscoveryException("folder " + folder + " cannot be read: " + e.getMessage());
    }
  }

  private List<TargetGroup> read(Path file) {
    String text;
    try {
      text = new String(disk.readAll(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DiscoveryException("file " + file + " cannot be read: " + e.getMessage());
    }
    List<TargetGroup> groups = new ArrayList<>();
    for (TargetGroup group : TargetGroups.read(file.toString(), text)) {
      Labels labels = group.labels().toBuilder().set(FILE_PATH, file.toString()).build();
      groups.add(new TargetGroup(group.source(), group.addresses(), labels));
    }
    return groups;
  }
}
