package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The private way to a platform: makes sure that the tenant is replicated, then hands out where to sign in. While a replication is
 * under way the answer is 202; once it has ended it is 200, whether it succeeded or not, with its status and remarks in the body.
 */
final class AccessApi {
  private static final Pattern PATH = Pattern.compile("/projects/([^/]+)/locations/([^/]+)/platformInstances/([^/]+)/access");

  private final World world;
  private final Replicator replicator;
  private final Faults faults;

  AccessApi(World world, Replicator replicator, Faults faults) {
    this.world = world;
    this.replicator = replicator;
    this.faults = faults;
  }

  static String path(World.Project project, World.Platform platform) {
    return "/projects/" + project.identifier() + "/locations/" + platform.location() + "/platformInstances/" + platform.identifier() + "/access";
  }

  void handle(HttpRequest request, HttpReply reply, Caller caller) throws IOException, ApiProblemException {
    Matcher match = PATH.matcher(request.path());
    if (!match.matches()) {
      throw ApiProblemException.notFound(request.path());
    }
    if (!request.method().equals("GET") && !request.method().equals("POST")) {
      throw new ApiProblemException(405, "MethodNotAllowed", request.method() + " is not supported here");
    }
    Tenant tenant = tenant(match.group(1), match.group(2), match.group(3), caller);
    if (!caller.sees(tenant.project)) {
      throw new ApiProblemException(403, "Forbidden", "The token is not for customer " + tenant.project.customer());
    }
    if (faults.isActive(FaultKind.ACCESS_EXPIRED)) {
      throw new ApiProblemException(403, "AccessExpired", "Your access to project " + tenant.project.identifier() + " has expired");
    }
    Replicator.Progress progress = replicator.access(tenant);
    Json.send(reply, isUnderWay(progress.state()) ? 202 : 200, Json.PLAIN, body(tenant, progress, caller));
  }

  private Tenant tenant(String projectSegment, String location, String platformSegment, Caller caller) throws ApiProblemException {
    World.Project project = world.project(projectSegment)
        .or(() -> world.project(caller.customer() + "." + projectSegment))
        .orElseThrow(() -> ApiProblemException.notFound("Project " + projectSegment));
    World.Platform platform = world.platform(platformSegment, location)
        .orElseThrow(() -> ApiProblemException.notFound("Platform " + platformSegment + " in location " + location));
    boolean missing = faults.onPlatform(FaultKind.TENANT_MISSING, platform.identifier()).isPresent();
    return world.tenant(Tenant.identifier(project, platform))
        .filter(tenant -> !missing)
        .orElseThrow(() -> ApiProblemException.notFound("Tenant " + Tenant.identifier(project, platform)));
  }

  private static ObjectNode body(Tenant tenant, Replicator.Progress progress, Caller caller) {
    ObjectNode body = Json.object()
        .put("tenantIdentifier", tenant.identifier())
        .put("platformType", tenant.platform.type())
        .put("status", progress.state().name())
        .put("triggeredOn", Json.timestamp(progress.triggeredMillis()));
    progress.platformTenantId().ifPresent(id -> body
        .put("localId", id)
        .put("signInUrl", tenant.platform.consoleUrl() + "?tenant=" + id));
    ObjectNode step = body.putArray("steps").addObject()
        .put("name", "replicate to " + tenant.platform.type().toLowerCase(Locale.ROOT))
        .put("status", progress.state().name());
    progress.userRemark().ifPresent(remark -> step.put("userRemark", remark));
    progress.userRemark().ifPresent(remark -> body.put("userRemark", remark));
    if (caller.everything()) {
      progress.systemRemark().ifPresent(remark -> step.put("systemRemark", remark));
    }
    return body;
  }

  private static boolean isUnderWay(Tenant.State state) {
    return switch (state) {
      case NOT_STARTED, PENDING, IN_PROGRESS -> true;
      case SUCCESSFUL, FAILED -> false;
    };
  }
}
