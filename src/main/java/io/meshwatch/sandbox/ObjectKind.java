package io.meshwatch.sandbox;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of meshObjects the sandbox serves, with the versions of each that can be asked for, newest last. */
enum ObjectKind {
  CUSTOMER("meshCustomer", List.of("v1")),
  WORKSPACE("meshWorkspace", List.of("v1", "v2")),
  PROJECT("meshProject", List.of("v1", "v2")),
  TENANT("meshTenant", List.of("v1", "v2", "v3", "v4-preview", "v4")),
  PLATFORM("meshPlatform", List.of("v1", "v2-preview", "v2")),
  LOCATION("meshLocation", List.of("v1-preview"));

  private final String kind;
  @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
  private final List<String> versions;

  ObjectKind(String kind, List<String> versions) {
    this.kind = kind;
    this.versions = versions;
  }

  static Optional<ObjectKind> atPath(String path) {
    for (ObjectKind kind : values()) {
      if (kind.path().equals(path)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** As in an object's {@code kind}. */
  String kind() {
    return kind;
  }

  /** Last part of the URL. */
  String path() {
    return plural().toLowerCase(Locale.ROOT);
  }

  /** Name of the list under {@code _embedded}. */
  String plural() {
    return kind + "s";
  }

  String mediaType(String version) {
    return "application/vnd.meshcloud.api." + kind.toLowerCase(Locale.ROOT) + "." + version + ".hal+json";
  }

  /** The version that a media type stands for; empty if it is none of this kind, or no longer or not yet served. */
  Optional<String> version(String mediaType) {
    return versions.stream().filter(version -> mediaType(version).equals(mediaType)).findFirst();
  }

  List<String> versions() {
    return versions;
  }
}
