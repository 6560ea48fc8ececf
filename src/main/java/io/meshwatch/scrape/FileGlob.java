package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Paths whose last part may hold {@code *}, which stands for any characters. */
final class FileGlob {
  private FileGlob() {}

  /**
   * The files of such a name that are there, in the order of their names.
   *
   * @throws IllegalArgumentException if another part than the last has a {@code *}
   * @throws IOException if the folder cannot be read
   */
  static List<Path> matching(Path pattern, Disk disk) throws IOException {
    Path directory = pattern.getParent();
    if (directory != null && directory.toString().indexOf('*') >= 0) {
      throw new IllegalArgumentException("only the last part of " + pattern + " may have a *");
    }
    String name = String.valueOf(pattern.getFileName());
    if (name.indexOf('*') < 0) {
      return disk.exists(pattern) ? List.of(pattern) : List.of();
    }
    Pattern glob = Pattern.compile(Pattern.quote(name).replace("*", "\\E[^/]*\\Q"));
    Path folder = directory == null ? Path.of(".") : directory;
    return disk.list(folder).stream().filter(each -> glob.matcher(each).matches()).map(folder::resolve).toList();
  }
}
