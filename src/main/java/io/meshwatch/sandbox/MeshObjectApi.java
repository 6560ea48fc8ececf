package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** meshStack's public API: HAL, a media type per kind and version, pages, and tenants that can be ordered and deleted. */
final class MeshObjectApi {
  private static final String ROOT_TYPE = "application/vnd.meshcloud.api.v1.hal+json";
  private static final String OBJECTS_TYPE = "application/vnd.meshcloud.api.meshobjects.%s.hal+json";
  private static final int BODY_BYTES_MAX = 1 << 20;

  private final Clock clock;
  private final World world;
  private final Replicator replicator;
  private final Faults faults;
  private final Supplier<String> baseUrl;

  MeshObjectApi(Clock clock, World world, Replicator replicator, Faults faults, Supplier<String> baseUrl) {
    this.clock = clock;
    this.world = world;
    this.replicator = replicator;
    this.faults = faults;
    this.baseUrl = baseUrl;
  }

  /** Answers a request below {@code /api}. */
  void handle(HttpRequest request, HttpReply reply, Caller caller) throws IOException, ApiProblemException {
    String path = request.path();
    if (path.equals("/api")) {
      sendRoot(request, reply);
      return;
    }
    if (path.equals("/api/meshobjects")) {
      sendObjectsRoot(request, reply);
      return;
    }
    String[] parts = path.substring(1).split("/", -1);
    ObjectKind kind = parts.length < 3 ? null : ObjectKind.atPath(parts[2]).orElse(null);
    if (kind == null || !parts[1].equals("meshobjects") || parts.length > 4) {
      throw ApiProblemException.notFound(path);
    }
    if (parts.length == 3) {
      collection(request, reply, caller, kind);
    } else {
      single(request, reply, caller, kind, parts[3]);
    }
  }

  private void sendRoot(HttpRequest request, HttpReply reply) throws IOException, ApiProblemException {
    accept(request, List.of(ROOT_TYPE));
    ObjectNode body = Json.object();
    ObjectNode links = body.putObject("_links");
    links.putObject("meshobjects").put("href", baseUrl.get() + "/api/meshobjects");
    links.putObject("metadata").put("href", baseUrl.get() + "/api/metadata");
    Json.send(reply, 200, ROOT_TYPE, body);
  }

  private void sendObjectsRoot(HttpRequest request, HttpReply reply) throws IOException, ApiProblemException {
    String mediaType = accept(request, List.of(OBJECTS_TYPE.formatted("v1"), OBJECTS_TYPE.formatted("v2")));
    ObjectNode body = Json.object();
    ObjectNode links = body.putObject("_links");
    for (ObjectKind kind : ObjectKind.values()) {
      links.putObject(kind.path()).put("href", objectsUrl() + "/" + kind.path() + "{?page,size}").put("templated", true);
    }
    Json.send(reply, 200, mediaType, body);
  }

  private void collection(HttpRequest request, HttpReply reply, Caller caller, ObjectKind kind) throws IOException, ApiProblemException {
    if (request.method().equals("POST") && kind == ObjectKind.TENANT) {
      orderTenant(request, reply, caller);
      return;
    }
    requireGet(request);
    String mediaType = accept(request, kind);
    String version = kind.version(mediaType).orElseThrow();
    List<Supplier<ObjectNode>> objects = faults.isActive(FaultKind.CONTRACT_EMPTY_EMBEDDED) ? List.of() : objects(request, caller, kind, version);
    boolean linkNext = !faults.isActive(FaultKind.CONTRACT_MISSING_NEXT);
    ObjectPage asked = ObjectPage.of(request, objects.size());
    ObjectPage page = linkNext ? asked : new ObjectPage(asked.number(), 1, asked.totalElements());
    List<ObjectNode> shown = page.of(objects).stream().map(Supplier::get).toList();
    Json.send(reply, 200, mediaType, page.body(request, objectsUrl() + "/" + kind.path(), kind.plural(), shown, linkNext));
  }

  /** Everything the caller may see and the query asks for; written only when shown. */
  private List<Supplier<ObjectNode>> objects(HttpRequest request, Caller caller, ObjectKind kind, String version) throws IOException {
    ObjectWriter writer = writer();
    Optional<String> customer = request.parameter("customerIdentifier").or(() -> parameter(request, "workspaceIdentifier"));
    Optional<String> project = request.parameter("projectIdentifier");
    Optional<String> platform = request.parameter("platformIdentifier");
    return switch (kind) {
      case CUSTOMER, WORKSPACE -> later(
          world.customers().stream().filter(c -> caller.sees(c.name())).toList(), c -> writer.customer(c, kind, version));
      case PROJECT -> later(
          world.projects().stream().filter(caller::sees).filter(p -> matches(customer, p.customer())).toList(),
          p -> writer.project(p, version));
      case TENANT -> later(
          world.tenants().stream()
              .filter(t -> caller.sees(t.project) && !isMissing(t))
              .filter(t -> matches(customer, t.project.customer()))
              .filter(t -> project.isEmpty() || isNamed(t.project, project.get()))
              .filter(t -> matches(platform, t.platform.identifier()))
              .toList(),
          t -> writer.tenant(t, version));
      case PLATFORM -> later(world.platforms(), p -> writer.platform(p, version));
      case LOCATION -> later(world.platforms().stream().map(World.Platform::location).distinct().toList(), writer::location);
    };
  }

  private static <T> List<Supplier<ObjectNode>> later(List<T> all, Function<T, ObjectNode> write) {
    return all.stream().<Supplier<ObjectNode>>map(one -> () -> write.apply(one)).toList();
  }

  private void single(HttpRequest request, HttpReply reply, Caller caller, ObjectKind kind, String identifier)
      throws IOException, ApiProblemException {
    if (request.method().equals("DELETE") && kind == ObjectKind.TENANT) {
      accept(request, kind);
      world.remove(tenant(caller, identifier));
      Json.secured(reply).status(202).send(new byte[0]);
      return;
    }
    requireGet(request);
    String mediaType = accept(request, kind);
    String version = kind.version(mediaType).orElseThrow();
    Json.send(reply, 200, mediaType, object(caller, kind, version, identifier));
  }

  private ObjectNode object(Caller caller, ObjectKind kind, String version, String identifier) throws ApiProblemException {
    ObjectWriter writer = writer();
    return switch (kind) {
      case CUSTOMER, WORKSPACE -> {
        World.Customer customer = world.customers().stream()
            .filter(c -> c.name().equals(identifier))
            .findFirst()
            .orElseThrow(() -> ApiProblemException.notFound(kind.kind() + " " + identifier));
        requireSight(caller.sees(customer.name()));
        yield writer.customer(customer, kind, version);
      }
      case PROJECT -> {
        World.Project project = world.project(identifier).orElseThrow(() -> ApiProblemException.notFound("meshProject " + identifier));
        requireSight(caller.sees(project));
        yield writer.project(project, version);
      }
      case TENANT -> writer.tenant(tenant(caller, identifier), version);
      case PLATFORM -> world.platforms().stream()
          .filter(p -> p.uuid().toString().equals(identifier) || p.identifier().equals(identifier))
          .findFirst()
          .map(p -> writer.platform(p, version))
          .orElseThrow(() -> ApiProblemException.notFound("meshPlatform " + identifier));
      case LOCATION -> world.platforms().stream()
          .filter(p -> p.location().equals(identifier))
          .findFirst()
          .map(p -> writer.location(identifier))
          .orElseThrow(() -> ApiProblemException.notFound("meshLocation " + identifier));
    };
  }

  private Tenant tenant(Caller caller, String identifier) throws ApiProblemException {
    Tenant tenant = world.tenants().stream()
        .filter(t -> t.identifier().equals(identifier) || t.uuid.toString().equals(identifier))
        .filter(t -> !isMissing(t))
        .findFirst()
        .orElseThrow(() -> ApiProblemException.notFound("meshTenant " + identifier));
    requireSight(caller.sees(tenant.project));
    return tenant;
  }

  private void orderTenant(HttpRequest request, HttpReply reply, Caller caller) throws IOException, ApiProblemException {
    String mediaType = accept(request, ObjectKind.TENANT);
    String contentType = mediaType(request.header("Content-Type").orElse(""));
    if (ObjectKind.TENANT.version(contentType).isEmpty()) {
      throw new ApiProblemException(415, "UnsupportedMediaType", "Content-Type '" + contentType + "' is not supported");
    }
    JsonNode body = body(request);
    JsonNode metadata = body.path("metadata");
    String customer = metadata.path("ownedByWorkspace").asString(metadata.path("ownedByCustomer").asString(""));
    String projectName = metadata.path("ownedByProject").asString("");
    World.Project project = world.project(customer + "." + projectName)
        .orElseThrow(() -> new ApiProblemException(400, "BadRequest", "Project " + customer + "." + projectName + " does not exist"));
    requireSight(caller.sees(project));
    World.Platform platform = orderedPlatform(body)
        .orElseThrow(() -> new ApiProblemException(400, "BadRequest", "The platform does not exist"));
    Tenant tenant = world.order(project, platform, clock.wallMillis())
        .orElseThrow(() -> new ApiProblemException(409, "Conflict", "The project already has a tenant on " + platform.identifier()));
    replicator.start(tenant);
    Json.send(reply, 201, mediaType, writer().tenant(tenant, ObjectKind.TENANT.version(mediaType).orElseThrow()));
  }

  private Optional<World.Platform> orderedPlatform(JsonNode body) {
    String uuid = body.path("spec").path("platformRef").path("uuid").asString("");
    String identifier = body.path("spec").path("platformIdentifier").asString(body.path("metadata").path("platformIdentifier").asString(""));
    return world.platforms().stream().filter(p -> p.uuid().toString().equals(uuid) || p.identifier().equals(identifier)).findFirst();
  }

  private static JsonNode body(HttpRequest request) throws IOException, ApiProblemException {
    try {
      return Json.read(request.body(BODY_BYTES_MAX));
    } catch (JacksonException e) {
      throw new ApiProblemException(400, "BadRequest", "The request's body is not JSON");
    }
  }

  /** The project's tenant can be made to vanish; only the technical user's own is hidden. */
  private boolean isMissing(Tenant tenant) {
    return faults.onPlatform(FaultKind.TENANT_MISSING, tenant.platform.identifier()).isPresent();
  }

  private ObjectWriter writer() {
    return new ObjectWriter(objectsUrl(), replicator, faults);
  }

  private String objectsUrl() {
    return baseUrl.get() + "/api/meshobjects";
  }

  private String accept(HttpRequest request, ObjectKind kind) throws ApiProblemException {
    return accept(request, kind.versions().stream().map(kind::mediaType).toList());
  }

  /** The first media type that the client wants and we have; a client that takes anything is refused, as meshStack does. */
  private String accept(HttpRequest request, List<String> served) throws ApiProblemException {
    String wanted = request.header("Accept").orElse("");
    if (!faults.isActive(FaultKind.CONTRACT_MEDIA_TYPE)) {
      for (String one : wanted.split(",")) {
        if (served.contains(mediaType(one))) {
          return mediaType(one);
        }
      }
    }
    throw new ApiProblemException(406, "NotAcceptable", "No acceptable representation for Accept '" + wanted + "'");
  }

  private static String mediaType(String header) {
    int semicolon = header.indexOf(';');
    return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  private static void requireGet(HttpRequest request) throws ApiProblemException {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      throw new ApiProblemException(405, "MethodNotAllowed", request.method() + " is not supported here");
    }
  }

  private static void requireSight(boolean sees) throws ApiProblemException {
    if (!sees) {
      throw new ApiProblemException(403, "Forbidden", "Access is denied");
    }
  }

  private static boolean matches(Optional<String> wanted, String value) {
    return wanted.isEmpty() || Objects.equals(wanted.get(), value);
  }

  private static boolean isNamed(World.Project project, String name) {
    return project.name().equals(name) || project.identifier().equals(name);
  }

  private static Optional<String> parameter(HttpRequest request, String name) {
    try {
      return request.parameter(name);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
