package io.meshwatch.sonar.meshstack;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A project's place in a platform, as the API shows it.
 *
 * @param platform identifier of the platform, {@code platform.location}; empty if this version does not say
 * @param platformTenantId its id in the platform; empty until the first replication was successful
 * @param createdMillis when it was made; empty if this version does not say
 * @param self path of the object; empty if it has no link
 * @param deleted whether it was deleted or is marked for it
 * @param replication what it says about its replication, usually nothing
 */
public record Tenant(
    String platform,
    String platformTenantId,
    Optional<Long> createdMillis,
    Optional<URI> self,
    boolean deleted,
    ReplicationState replication) {
  static Tenant of(JsonNode json) {
    String lifecycle = Json.firstText(json, "status.lifecycle.state");
    return new Tenant(
        platform(json),
        Json.firstText(json, "spec.platformTenantId", "spec.localId", "status.platformTenantId"),
        instant(Json.firstText(json, "metadata.createdOn")),
        HalPage.link(json, "self"),
        !Json.firstText(json, "metadata.deletedOn").isEmpty() || lifecycle.equals("DELETED") || lifecycle.equals("MARKED_FOR_DELETION"),
        ReplicationState.parse(Json.firstText(json, "status.replicationStatus", "status.replication.status"))
            .orElse(ReplicationState.UNKNOWN));
  }

  private static String platform(JsonNode json) {
    String named = Json.firstText(json, "metadata.platformIdentifier", "spec.platformIdentifier", "spec.platformRef.identifier");
    String identifier = Json.firstText(json, "metadata.tenantIdentifier", "status.tenantName");
    String[] parts = identifier.split("\\.");
    return named.isEmpty() && parts.length == 4 ? parts[2] + "." + parts[3] : named;
  }

  static Optional<Long> instant(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text).toEpochMilli());
    } catch (DateTimeParseException notADate) {
      return Optional.empty();
    }
  }

  /** Whether this is a tenant of the platform. */
  boolean isOn(String platformName) {
    return platform.equals(platformName);
  }

  /** What the tenant alone tells about its replication: an id in the platform appears only after one good replication. */
  public ReplicationState replicationState() {
    if (replication != ReplicationState.UNKNOWN) {
      return replication;
    }
    return platformTenantId.isEmpty() ? ReplicationState.IN_PROGRESS : ReplicationState.SUCCESSFUL;
  }
}
