package io.meshwatch.notify;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The files beside an {@code alertmanager.yml}: secrets and templates. Relative names start in its folder. */
public final class AlertmanagerFiles {
  private static final int TEMPLATES_MAX = 1000;

  private final Disk disk;
  private final Path folder;

  private AlertmanagerFiles(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** Reads such a file with everything it names; throws {@link ProblemsException} with all mistakes. */
  public static AlertmanagerFile.Loaded load(Path file, Disk disk) {
    Path parent = file.toAbsolutePath().getParent();
    AlertmanagerFiles files = new AlertmanagerFiles(disk, parent == null ? file.toAbsolutePath() : parent);
    try {
      String text = new String(disk.readAll(file), StandardCharsets.UTF_8);
      return AlertmanagerFile.load(file.toString(), text, files::secret, files::templates, files.folder::resolve);
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "expected a file that can be read, got " + e.getMessage()));
    }
  }

  private Optional<Secret> secret(String name) {
    if (name.isEmpty() || !disk.exists(folder.resolve(name))) {
      return Optional.empty();
    }
    try {
      return Optional.of(Secret.of(new String(disk.readAll(folder.resolve(name)), StandardCharsets.UTF_8).stripTrailing()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The texts of the files that a name with {@code *} in its last part means, by their names. */
  private Map<String, String> templates(String glob) {
    Path pattern = folder.resolve(glob);
    Path parent = pattern.getParent();
    String last = String.valueOf(pattern.getFileName());
    Pattern names = Pattern.compile(Pattern.quote(last).replace("*", "\\E.*\\Q"));
    Map<String, String> texts = new TreeMap<>();
    try {
      List<String> found = parent == null ? List.of() : disk.list(parent).stream().filter(each -> names.matcher(each).matches()).sorted().toList();
      for (String name : found.subList(0, Math.min(found.size(), TEMPLATES_MAX))) {
        texts.put(name, new String(disk.readAll(pattern.resolveSibling(name)), StandardCharsets.UTF_8));
      }
      return texts;
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(glob, 0, 0, "cannot read templates: " + e.getMessage()));
    }
  }
}
