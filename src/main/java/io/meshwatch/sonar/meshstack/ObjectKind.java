package io.meshwatch.sonar.meshstack;

import java.util.List;

/** Kinds of meshObjects that Sonar reads, each with the versions of its media type, the most telling first. */
enum ObjectKind {
  WORKSPACE("meshworkspace", "meshWorkspaces", "v2 v1"),
  CUSTOMER("meshcustomer", "meshCustomers", "v1"),
  PROJECT("meshproject", "meshProjects", "v2 v1"),
  /** Version 4 names the platform only by a number, so it comes last: the others say which tenant is meant. */
  TENANT("meshtenant", "meshTenants", "v4-preview v3 v2 v1 v4");

  private final String singular;
  private final String embedded;
  private final String versions;

  ObjectKind(String singular, String embedded, String versions) {
    this.singular = singular;
    this.embedded = embedded;
    this.versions = versions;
  }

  /** Path below the API's host. */
  String path() {
    return "/api/meshobjects/" + singular + "s";
  }

  /** The field below {@code _embedded} that holds the objects of a page. */
  String embedded() {
    return embedded;
  }

  List<String> versions() {
    return List.of(versions.split(" "));
  }

  /** How a filter names the owner: versions made before the renaming of 2023 say customer. */
  String ownerFilter(String version) {
    boolean old = switch (this) {
      case CUSTOMER -> true;
      case WORKSPACE -> false;
      case PROJECT -> version.equals("v1");
      case TENANT -> version.equals("v1") || version.equals("v2");
    };
    return old ? "customerIdentifier" : "workspaceIdentifier";
  }

  String mediaType(String version) {
    return "application/vnd.meshcloud.api." + singular + "." + version + ".hal+json";
  }
}
