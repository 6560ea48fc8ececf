package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.exposition.ExpositionException;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.ExpositionParser;
import io.meshwatch.exposition.ExpositionWriter;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pushed groups on disk, one file each, replaced in one step: a line of JSON with key and times, then the metrics as text.
 *
 * <pre>
 * {"key":{"job":"backup"},"pushedAt":millis,"failedAt":millis}
 * # TYPE backup_status gauge
 * backup_status{job="backup"} 1
 * </pre>
 */
final class PushedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PushedFiles.class);
  private static final String SUFFIX = ".pushed";

  private final Disk disk;
  private final Path folder;

  PushedFiles(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** All groups; a file that cannot be read is reported and left alone. */
  List<PushedGroup> read() {
    List<PushedGroup> groups = new ArrayList<>();
    try {
      if (disk.isDirectory(folder)) {
        for (String name : disk.list(folder)) {
          if (name.endsWith(SUFFIX)) {
            read(folder.resolve(name), groups);
          }
        }
      }
    } catch (IOException e) {
      LOG.warn("pushed metrics in {} cannot be read: {}", folder, e.getMessage());
    }
    return groups;
  }

  private void read(Path file, List<PushedGroup> into) {
    try {
      byte[] content = disk.readAll(file);
      int line = 0;
      while (line < content.length && content[line] != '\n') {
        line++;
      }
      JsonNode head = JsonMapper.shared().readTree(new String(content, 0, line, StandardCharsets.UTF_8));
      SortedMap<String, String> key = new TreeMap<>();
      head.path("key").properties().forEach(label -> key.put(label.getKey(), label.getValue().asString("")));
      PushedPage page = new PushedPage(Labels.EMPTY);
      byte[] text = Arrays.copyOfRange(content, Math.min(line + 1, content.length), content.length);
      ExpositionParser.parse(ExpositionFormat.TEXT_1_0_0, text, text.length, page);
      into.add(new PushedGroup(key, page.families(), head.path("pushedAt").asLong(0), head.path("failedAt").asLong(0)));
    } catch (IOException | JacksonException | ExpositionException | PushGateway.PushException e) {
      LOG.warn("pushed metrics in {} cannot be read and are left out: {}", file, e.getMessage());
    }
  }

  void write(PushedGroup group) {
    ObjectNode head = JsonMapper.shared().createObjectNode();
    group.key().forEach(head.putObject("key")::put);
    head.put("pushedAt", group.pushedAtMillis()).put("failedAt", group.failedAtMillis());
    ExpositionWriter page = new ExpositionWriter(false);
    group.families().forEach((name, family) -> {
      page.family(name, family.metadata());
      family.samples().forEach(sample -> page.sample(sample.labels(), sample.value()));
    });
    byte[] text = page.finish();
    byte[] line = (head + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] content = Arrays.copyOf(line, line.length + text.length);
    System.arraycopy(text, 0, content, line.length, text.length);
    try {
      disk.createDirectories(folder);
      disk.replace(file(group.key()), content);
    } catch (IOException e) {
      throw new UncheckedIOException("pushed metrics cannot be kept: " + e.getMessage(), e);
    }
  }

  void delete(SortedMap<String, String> key) {
    try {
      disk.delete(file(key));
    } catch (IOException e) {
      throw new UncheckedIOException("pushed metrics cannot be deleted: " + e.getMessage(), e);
    }
  }

  private Path file(SortedMap<String, String> key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.toString().getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + SUFFIX);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
