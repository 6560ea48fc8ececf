package io.meshwatch.sandbox;

import tools.jackson.databind.node.ObjectNode;

/** Writes meshObjects in the shape of each version. */
final class ObjectWriter {
  private final String objectsUrl;
  private final Replicator replicator;
  private final Faults faults;

  /** The URL ends in {@code /api/meshobjects}. */
  ObjectWriter(String objectsUrl, Replicator replicator, Faults faults) {
    this.objectsUrl = objectsUrl;
    this.replicator = replicator;
    this.faults = faults;
  }

  ObjectNode customer(World.Customer customer, ObjectKind kind, String version) {
    ObjectNode object = start(kind, version);
    ObjectNode metadata = object.putObject("metadata").put("name", customer.name()).put("createdOn", Json.timestamp(customer.createdMillis()));
    ObjectNode spec = object.putObject("spec").put("displayName", customer.displayName());
    boolean tagsInMetadata = kind == ObjectKind.WORKSPACE && version.equals("v2");
    (tagsInMetadata ? metadata : spec).putObject("tags").putArray("environment").add("production");
    if (kind == ObjectKind.WORKSPACE) {
      spec.put("platformBuilderAccessEnabled", false);
    }
    String filter = kind == ObjectKind.CUSTOMER ? "customerIdentifier" : "workspaceIdentifier";
    ObjectNode links = self(object, kind, customer.name());
    links.putObject("meshprojects").put("href", objectsUrl + "/meshprojects?" + filter + "=" + customer.name());
    links.putObject("meshtenants").put("href", objectsUrl + "/meshtenants?" + filter + "=" + customer.name());
    return object;
  }

  ObjectNode project(World.Project project, String version) {
    ObjectNode object = start(ObjectKind.PROJECT, version);
    object.putObject("metadata")
        .put("name", project.name())
        .put(version.equals("v1") ? "ownedByCustomer" : "ownedByWorkspace", project.customer())
        .put("createdOn", Json.timestamp(project.createdMillis()))
        .putNull("deletedOn");
    ObjectNode spec = object.putObject("spec").put("displayName", project.displayName()).put("paymentMethodIdentifier", "default");
    spec.putObject("tags").putArray("confidentiality").add("internal");
    self(object, ObjectKind.PROJECT, project.identifier());
    return object;
  }

  ObjectNode tenant(Tenant tenant, String version) {
    return version.startsWith("v4") ? newTenant(tenant, version) : oldTenant(tenant, version);
  }

  private ObjectNode oldTenant(Tenant tenant, String version) {
    ObjectNode object = start(ObjectKind.TENANT, version);
    ObjectNode metadata = object.putObject("metadata")
        .put("ownedByProject", tenant.project.name())
        .put(version.equals("v3") ? "ownedByWorkspace" : "ownedByCustomer", tenant.project.customer())
        .put("platformIdentifier", tenant.platform.identifier());
    if (version.equals("v3")) {
      metadata.put("tenantIdentifier", tenant.identifier()).putNull("deletedOn");
    }
    metadata.putObject("assignedTags").putArray("environment").add("production");
    ObjectNode spec = object.putObject("spec").put("localId", platformTenantId(tenant)).put("landingZoneIdentifier", landingZone(tenant));
    spec.putArray("quotas");
    self(object, ObjectKind.TENANT, tenant.identifier());
    return object;
  }

  private ObjectNode newTenant(Tenant tenant, String version) {
    ObjectNode object = start(ObjectKind.TENANT, version);
    object.putObject("metadata")
        .put("uuid", tenant.uuid.toString())
        .put("ownedByWorkspace", tenant.project.customer())
        .put("ownedByProject", tenant.project.name())
        .put("createdOn", Json.timestamp(tenant.createdMillis));
    ObjectNode spec = object.putObject("spec").put("platformTenantId", platformTenantId(tenant));
    ObjectNode status = object.putObject("status").put("tenantName", tenant.identifier()).put("platformTypeIdentifier", tenant.platform.type());
    if (version.equals("v4")) {
      spec.putObject("platformRef").put("uuid", tenant.platform.uuid().toString()).put("kind", "meshPlatform");
      spec.putObject("landingZoneRef").put("name", landingZone(tenant)).put("kind", "meshLandingZone");
      spec.putObject("requestedQuotas");
      status.putObject("appliedQuotas");
      status.putObject("lifecycle").put("state", "ACTIVE");
    } else {
      spec.put("platformIdentifier", tenant.platform.identifier()).put("landingZoneIdentifier", landingZone(tenant)).putArray("quotas");
    }
    status.putObject("tags");
    self(object, ObjectKind.TENANT, tenant.uuid.toString());
    return object;
  }

  ObjectNode platform(World.Platform platform, String version) {
    ObjectNode object = start(ObjectKind.PLATFORM, version);
    object.putObject("metadata").put("name", platform.name()).put("ownedByWorkspace", "platform-team").put("uuid", platform.uuid().toString());
    ObjectNode spec = object.putObject("spec")
        .put("displayName", platform.type() + " " + platform.location())
        .put("description", "Simulated platform")
        .put("endpoint", platform.consoleUrl());
    spec.putObject("locationRef").put(version.equals("v1") ? "identifier" : "name", platform.location()).put("kind", "meshLocation");
    ObjectNode availability = spec.putObject("availability").put("restriction", "PUBLIC").put("publicationState", "PUBLISHED");
    availability.putArray("restrictedToWorkspaces");
    spec.putObject("config").put("type", platform.name());
    spec.putArray("quotaDefinitions");
    object.putObject("status").put("metering", "ACTIVE").put("platform", "ACTIVE");
    self(object, ObjectKind.PLATFORM, platform.uuid().toString());
    return object;
  }

  ObjectNode location(String name) {
    ObjectNode object = start(ObjectKind.LOCATION, "v1-preview");
    object.putObject("metadata").put("name", name).put("ownedByWorkspace", "platform-team");
    object.putObject("spec").put("displayName", name).put("description", "Simulated location");
    object.putObject("status").put("isPublic", true);
    self(object, ObjectKind.LOCATION, name);
    return object;
  }

  private static ObjectNode start(ObjectKind kind, String version) {
    return Json.object().put("apiVersion", version).put("kind", kind.kind());
  }

  private ObjectNode self(ObjectNode object, ObjectKind kind, String identifier) {
    ObjectNode links = object.putObject("_links");
    links.putObject("self").put("href", objectsUrl + "/" + kind.path() + "/" + identifier);
    return links;
  }

  private static String landingZone(Tenant tenant) {
    return tenant.platform.name() + "-default";
  }

  /** Empty until the first replication succeeded; stale if that fault is on. */
  private @org.jspecify.annotations.Nullable String platformTenantId(Tenant tenant) {
    if (faults.onPlatform(FaultKind.CONTRACT_STALE_LOCAL_ID, tenant.platform.identifier()).isPresent()) {
      return tenant.newPlatformTenantId();
    }
    return replicator.look(tenant).platformTenantId().orElse(null);
  }
}
