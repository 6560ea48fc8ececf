package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an import names. Path components are unquoted; the last one is the file. */
sealed interface ImportTarget {
  /** Where a path starts. */
  enum Anchor {
    ABSOLUTE("", 2),
    HERE(".", 3),
    PARENT("..", 4),
    HOME("~", 5);

    final String text;
    /** Number in the binary form. */
    final int scheme;

    Anchor(String text, int scheme) {
      this.text = text;
      this.scheme = scheme;
    }
  }

  record Missing() implements ImportTarget {
    @Override
    public String toString() {
      return "missing";
    }
  }

  record EnvironmentVariable(String name) implements ImportTarget {
    @Override
    public String toString() {
      return "env:" + name;
    }
  }

  record Local(Anchor anchor, List<String> components) implements ImportTarget {
    @Override
    public String toString() {
      return anchor.text + "/" + String.join("/", components);
    }
  }

  /** Components are as written, percent-encoded; {@code headers} follows {@code using}. */
  record Remote(boolean secure, String authority, List<String> components, Optional<String> query, @Nullable Term headers)
      implements ImportTarget {
    String url() {
      return origin() + "/" + String.join("/", components) + query.map(text -> "?" + text).orElse("");
    }

    String origin() {
      return (secure ? "https://" : "http://") + authority;
    }

    @Override
    public String toString() {
      return url();
    }
  }

  /** Resolves a target that stands in this one, as a link stands in a page; the result is canonical. */
  default ImportTarget chain(ImportTarget child) {
    if (child instanceof Local local && (local.anchor == Anchor.HERE || local.anchor == Anchor.PARENT)) {
      if (this instanceof Local parent) {
        return new Local(parent.anchor, chained(parent.components, local)).canonical();
      }
      if (this instanceof Remote parent) {
        return new Remote(parent.secure, parent.authority, chained(parent.components, local), Optional.empty(), parent.headers)
            .canonical();
      }
    }
    return child.canonical();
  }

  /** Without {@code .} and, as far as possible, without {@code ..}. */
  default ImportTarget canonical() {
    return switch (this) {
      case Local local -> new Local(local.anchor, canonical(local.components));
      case Remote remote ->
          new Remote(remote.secure, remote.authority, canonical(remote.components), remote.query, remote.headers);
      case Missing missing -> missing;
      case EnvironmentVariable variable -> variable;
    };
  }

  private static List<String> chained(List<String> parent, Local child) {
    List<String> all = new ArrayList<>(parent.isEmpty() ? parent : parent.subList(0, parent.size() - 1));
    if (child.anchor == Anchor.PARENT) {
      all.add("..");
    }
    all.addAll(child.components);
    return all;
  }

  private static List<String> canonical(List<String> components) {
    if (components.isEmpty()) {
      return components;
    }
    List<String> clean = new ArrayList<>();
    for (String component : components.subList(0, components.size() - 1)) {
      if (component.equals("..") && !clean.isEmpty() && !clean.getLast().equals("..")) {
        clean.removeLast();
      } else if (!component.equals(".")) {
        clean.add(component);
      }
    }
    clean.add(components.getLast());
    return List.copyOf(clean);
  }
}
