package io.meshwatch.deploy;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The folder of a rendered configuration that holds passwords and certificates, each in a file of its own that only the owner can
 * read. Collects while the configuration is written; confined to one thread.
 */
final class SecretFiles {
  static final String FOLDER = "secrets";

  private final Disk disk;
  private final Map<String, byte[]> contents = new LinkedHashMap<>();

  SecretFiles(Disk disk) {
    this.disk = disk;
  }

  /** The file for a secret, relative to the configuration's folder. */
  String add(String name, Secret secret) {
    return add(name, secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /** The copy of a file, relative to the configuration's folder. */
  String copy(String name, Path original) throws IOException {
    return add(name, disk.readAll(original));
  }

  /** A secret that stands in the configuration or in a file. */
  Secret read(Secret written, Optional<String> file) throws IOException {
    return written.isEmpty() && file.isPresent()
        ? Secret.of(new String(disk.readAll(Path.of(file.get())), StandardCharsets.UTF_8).strip())
        : written;
  }

  private String add(String wantedName, byte[] content) {
    String name = wantedName.replaceAll("[^A-Za-z0-9._-]", "_");
    String free = name;
    for (int i = 2; contents.containsKey(free) && !Arrays.equals(contents.get(free), content); i++) {
      free = i + "-" + name;
    }
    contents.put(free, content);
    return FOLDER + "/" + free;
  }

  void writeTo(Path folder) throws IOException {
    Path own = folder.resolve(FOLDER);
    disk.createDirectories(own);
    disk.restrictToOwner(own);
    for (Map.Entry<String, byte[]> each : contents.entrySet()) {
      disk.replace(own.resolve(each.getKey()), each.getValue());
      disk.restrictToOwner(own.resolve(each.getKey()));
    }
  }
}
