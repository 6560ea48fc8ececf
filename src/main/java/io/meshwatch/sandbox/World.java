package io.meshwatch.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this meshStack holds: customers, projects, platforms and tenants. Besides the technical user's own customer there are
 * made-up neighbours, so that lists have pages and counts are worth alerting on. Safe for all threads.
 */
final class World {
  private static final int NEIGHBOURS = 29;
  /** A second project of the technical user's own customer, so that its list of projects is one. */
  static final String NEIGHBOUR_PROJECT = "spare";
  /** Tenants that clients may add before creating more is refused. */
  private static final int TENANTS_MAX = 2_000;

  private final List<Customer> customers = new ArrayList<>();
  private final Map<String, Project> projects = new LinkedHashMap<>();
  private final Map<String, Platform> platforms = new LinkedHashMap<>();
  private final Map<String, Tenant> tenants = new ConcurrentHashMap<>();
  private final String ownCustomer;

  World(SandboxSettings settings, long nowMillis) {
    this.ownCustomer = settings.customer();
    settings.platforms().forEach(identifier -> platforms.put(identifier, Platform.of(identifier, platforms.size() + 1)));
    addCustomer(settings.customer(), List.of(settings.project(), NEIGHBOUR_PROJECT), nowMillis - 90 * 86_400_000L);
    for (int i = 1; i <= NEIGHBOURS; i++) {
      addCustomer(String.format(Locale.ROOT, "team-%02d", i), List.of("dev", "prod"), nowMillis - (400L + i) * 86_400_000L);
    }
  }

  /** Who pays: a customer, later called workspace. */
  record Customer(String name, String displayName, long createdMillis) {}

  /** A project of a customer. */
  record Project(String customer, String name, String displayName, long createdMillis) {
    /** {@code customer.project}. */
    String identifier() {
      return customer + "." + name;
    }
  }

  /**
   * A platform.
   *
   * @param identifier {@code platform.location}
   * @param type AWS, AZURE, GCP, OPENSTACK…
   * @param number the private API's number
   */
  record Platform(String identifier, String name, String location, String type, int number) {
    static Platform of(String identifier, int number) {
      int dot = identifier.indexOf('.');
      if (dot <= 0 || dot == identifier.length() - 1) {
        throw new IllegalArgumentException("platform: expected platform.location, such as aws.aws-main, got " + identifier);
      }
      String name = identifier.substring(0, dot);
      return new Platform(identifier, name, identifier.substring(dot + 1), name.toUpperCase(Locale.ROOT), number);
    }

    UUID uuid() {
      return UUID.nameUUIDFromBytes(("platform " + identifier).getBytes(StandardCharsets.UTF_8));
    }

    /** Where a user lands after signing in. */
    String consoleUrl() {
      return switch (type) {
        case "AWS" -> "https://signin.aws.amazon.com/federation";
        case "AZURE" -> "https://portal.azure.com/";
        case "GCP" -> "https://console.cloud.google.com/";
        default -> "https://" + name + ".example.com/dashboard/";
      };
    }
  }

  private void addCustomer(String name, List<String> projectNames, long createdMillis) {
    customers.add(new Customer(name, displayName(name), createdMillis));
    for (String projectName : projectNames) {
      Project project = new Project(name, projectName, displayName(projectName), createdMillis + 3_600_000);
      projects.put(project.identifier(), project);
      platforms.values().forEach(platform -> addTenant(project, platform, createdMillis + 7_200_000));
    }
  }

  private void addTenant(Project project, Platform platform, long createdMillis) {
    Tenant tenant = new Tenant(project, platform, createdMillis);
    if (!project.customer().equals(ownCustomer)) {
      tenant.state = Tenant.State.SUCCESSFUL;
      tenant.finishedMillis = createdMillis + 60_000;
      tenant.platformTenantId = tenant.newPlatformTenantId();
    }
    tenants.put(tenant.identifier(), tenant);
  }

  /** Adds a tenant that a client ordered; empty if it exists already or the sandbox is full. */
  Optional<Tenant> order(Project project, Platform platform, long nowMillis) {
    Tenant tenant = new Tenant(project, platform, nowMillis);
    if (tenants.size() >= TENANTS_MAX || tenants.putIfAbsent(tenant.identifier(), tenant) != null) {
      return Optional.empty();
    }
    return Optional.of(tenant);
  }

  void remove(Tenant tenant) {
    tenants.remove(tenant.identifier());
  }

  List<Customer> customers() {
    return customers;
  }

  List<Project> projects() {
    return List.copyOf(projects.values());
  }

  List<Platform> platforms() {
    return List.copyOf(platforms.values());
  }

  /** All tenants by identifier. */
  List<Tenant> tenants() {
    return tenants.values().stream().sorted(java.util.Comparator.comparing(Tenant::identifier)).toList();
  }

  Optional<Tenant> tenant(String identifier) {
    return Optional.ofNullable(tenants.get(identifier));
  }

  Optional<Project> project(String identifier) {
    return Optional.ofNullable(projects.get(identifier));
  }

  /** A platform by identifier, name or number: the access URL has been seen with each. */
  Optional<Platform> platform(String segment, String location) {
    return platforms.values().stream()
        .filter(p -> p.location().equals(location) || p.identifier().equals(location))
        .filter(p -> p.identifier().equals(segment) || p.name().equals(segment) || String.valueOf(p.number()).equals(segment))
        .findFirst();
  }

  Optional<Platform> platform(String identifier) {
    return Optional.ofNullable(platforms.get(identifier));
  }

  private static String displayName(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1).replace('-', ' ');
  }
}
