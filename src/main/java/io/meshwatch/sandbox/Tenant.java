package io.meshwatch.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A project's place on a platform and how far its replication got. Guarded by the {@link Replicator}. */
final class Tenant {
  /** How far a replication got. */
  enum State {
    NOT_STARTED,
    PENDING,
    IN_PROGRESS,
    SUCCESSFUL,
    FAILED
  }

  final World.Project project;
  final World.Platform platform;
  final UUID uuid;
  final long createdMillis;

  State state = State.NOT_STARTED;
  long triggeredMillis;
  long finishedMillis;
  /** Whether an access has already told how the last replication ended. */
  boolean reported = true;
  @Nullable String userRemark;
  @Nullable String systemRemark;
  /** The identifier on the platform; there after the first success. */
  @Nullable String platformTenantId;

  Tenant(World.Project project, World.Platform platform, long createdMillis) {
    this.project = project;
    this.platform = platform;
    this.createdMillis = createdMillis;
    this.uuid = UUID.nameUUIDFromBytes(identifier(project, platform).getBytes(StandardCharsets.UTF_8));
  }

  static String identifier(World.Project project, World.Platform platform) {
    return project.identifier() + "." + platform.identifier();
  }

  /** {@code customer.project.platform.location}. */
  String identifier() {
    return identifier(project, platform);
  }

  /** The identifier this platform gives to a tenant, in the platform's own style. */
  String newPlatformTenantId() {
    return switch (platform.type()) {
      case "AWS" -> String.format("%012d", Math.floorMod(uuid.getMostSignificantBits(), 1_000_000_000_000L));
      case "GCP" -> project.name() + "-" + uuid.toString().substring(0, 6);
      case "OPENSTACK" -> uuid.toString().replace("-", "");
      default -> uuid.toString();
    };
  }
}
