package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Brings tenants to their platforms: a triggered replication is pending, then in progress, then successful or failed. Nothing
 * runs in the background: every look first lets the time since the last look pass, so the clock alone decides. Guarded by this.
 */
final class Replicator {
  private static final long DAY_MILLIS = 86_400_000;
  private static final long HOUR_MILLIS = 3_600_000;

  private final Clock clock;
  private final World world;
  private final Faults faults;
  private final SandboxSettings settings;
  private final Map<String, Counts> replications = new TreeMap<>();
  private final Map<String, Counts> accesses = new TreeMap<>();
  private long nightlyDueMillis;

  Replicator(Clock clock, World world, Faults faults, SandboxSettings settings) {
    this.clock = clock;
    this.world = world;
    this.faults = faults;
    this.settings = settings;
    for (World.Platform platform : world.platforms()) {
      replications.put(platform.identifier(), new Counts(0, 0));
      accesses.put(platform.identifier(), new Counts(0, 0));
    }
    this.nightlyDueMillis = nextNightly(clock.wallMillis());
  }

  /** How often something went well, and how often not. */
  record Counts(long successes, long failures) {
    Counts plus(boolean success) {
      return success ? new Counts(successes + 1, failures) : new Counts(successes, failures + 1);
    }
  }

  /** A tenant's replication at one moment. */
  record Progress(
      Tenant.State state,
      long triggeredMillis,
      long finishedMillis,
      Optional<String> userRemark,
      Optional<String> systemRemark,
      Optional<String> platformTenantId) {}

  /**
   * Somebody wants to use the tenant: makes sure that it is replicated. A finished replication is told once whatever its age; after
   * that a new one starts as soon as the last is no longer fresh.
   */
  synchronized Progress access(Tenant tenant) {
    advance();
    long now = clock.wallMillis();
    boolean finished = tenant.state == Tenant.State.SUCCESSFUL || tenant.state == Tenant.State.FAILED;
    boolean stale = tenant.reported && now - tenant.finishedMillis >= millis(settings.freshSeconds());
    if (tenant.state == Tenant.State.NOT_STARTED || (finished && stale)) {
      trigger(tenant, now);
      advance();
    } else if (finished) {
      tenant.reported = true;
    }
    accesses.computeIfPresent(tenant.platform.identifier(), (p, counts) -> counts.plus(tenant.state != Tenant.State.FAILED));
    return progress(tenant);
  }

  synchronized Progress look(Tenant tenant) {
    advance();
    return progress(tenant);
  }

  /** Starts a replication without waiting for an access, as ordering a tenant does. */
  synchronized void start(Tenant tenant) {
    trigger(tenant, clock.wallMillis());
    tenant.reported = true;
  }

  synchronized Map<String, Counts> replications() {
    advance();
    return new TreeMap<>(replications);
  }

  synchronized Map<String, Counts> accesses() {
    return new TreeMap<>(accesses);
  }

  /** How many replications wait in the broker. */
  synchronized int waiting() {
    advance();
    return (int) world.tenants().stream().filter(t -> t.state == Tenant.State.PENDING).count();
  }

  private static Progress progress(Tenant tenant) {
    return new Progress(
        tenant.state,
        tenant.triggeredMillis,
        tenant.finishedMillis,
        Optional.ofNullable(tenant.userRemark),
        Optional.ofNullable(tenant.systemRemark),
        Optional.ofNullable(tenant.platformTenantId));
  }

  private static void trigger(Tenant tenant, long now) {
    tenant.state = Tenant.State.PENDING;
    tenant.triggeredMillis = now;
    tenant.reported = false;
    tenant.userRemark = null;
    tenant.systemRemark = null;
  }

  private void advance() {
    long now = clock.wallMillis();
    if (now >= nightlyDueMillis) {
      nightlyDueMillis = nextNightly(now);
      world.tenants().stream().filter(Replicator::idle).forEach(this::start);
    }
    world.tenants().forEach(tenant -> advance(tenant, now));
  }

  private void advance(Tenant tenant, long now) {
    switch (tenant.state) {
      case NOT_STARTED, SUCCESSFUL -> {}
      case PENDING, IN_PROGRESS -> moveOn(tenant, now);
      case FAILED -> {
        if (now - tenant.finishedMillis >= millis(settings.retrySeconds())) {
          start(tenant);
        }
      }
    }
  }

  private void moveOn(Tenant tenant, long now) {
    String platform = tenant.platform.identifier();
    if (faults.isActive(FaultKind.RABBITMQ_OUTAGE) || faults.onPlatform(FaultKind.REPLICATION_STUCK, platform).isPresent()) {
      return;
    }
    long waited = now - tenant.triggeredMillis;
    double slower = faults.onPlatform(FaultKind.REPLICATION_SLOW, platform).map(f -> f.number("delaySeconds")).orElse(0.0);
    if (waited >= millis(settings.queueSeconds() + settings.replicationSeconds() + slower)) {
      finish(tenant, now);
    } else if (waited >= millis(settings.queueSeconds())) {
      tenant.state = Tenant.State.IN_PROGRESS;
    }
  }

  private void finish(Tenant tenant, long now) {
    String platform = tenant.platform.identifier();
    Optional<Faults.ActiveFault> failure =
        faults.onPlatform(FaultKind.REPLICATION_FAILED, platform);
    boolean stale = faults.onPlatform(FaultKind.CONTRACT_STALE_LOCAL_ID, platform).isPresent();
    boolean success = failure.isEmpty() && !stale;
    tenant.finishedMillis = now;
    tenant.state = success ? Tenant.State.SUCCESSFUL : Tenant.State.FAILED;
    replications.computeIfPresent(platform, (p, counts) -> counts.plus(success));
    if (success) {
      tenant.platformTenantId = tenant.newPlatformTenantId();
      return;
    }
    tenant.userRemark = failure.map(f -> f.text("userRemark")).orElse("The platform could not be reached");
    tenant.systemRemark = failure.map(f -> f.text("systemRemark")).orElse("java.net.SocketTimeoutException: connect timed out");
    if (stale) {
      tenant.platformTenantId = tenant.newPlatformTenantId();
    }
  }

  private static boolean idle(Tenant tenant) {
    return tenant.state == Tenant.State.SUCCESSFUL || tenant.state == Tenant.State.FAILED;
  }

  private long nextNightly(long now) {
    if (settings.nightlyHour() < 0) {
      return Long.MAX_VALUE;
    }
    long due = now - Math.floorMod(now, DAY_MILLIS) + settings.nightlyHour() * HOUR_MILLIS;
    return due > now ? due : due + DAY_MILLIS;
  }

  private static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }
}
