package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a user does with meshStack in one sitting: log in, look at projects and tenants, enter a platform, log out. Every method either
 * returns what it was asked for or says what broke. Confined to one run.
 */
public final class MeshStackSession {
  private static final int PAGES_MAX = 100;
  private static final long CLOCK_SECONDS_MAX = 60;
  /** A server may ask for patience; for more than this the run is not held up. */
  private static final long RETRY_AFTER_SECONDS_MAX = 10;

  private final Wire wire;
  private final Account account;
  private final ApiMemory memory;
  private final IdentityBroker broker;
  private @Nullable Token token;

  public MeshStackSession(Wire wire, Account account, ApiMemory memory, Redactor redactor) {
    this.wire = wire;
    this.account = account;
    this.memory = memory;
    this.broker = new IdentityBroker(wire, account, memory, redactor);
    redactor.learn("password", account.password());
    redactor.learn("client-secret", account.broker().clientSecret());
  }

  // ---- login

  /** Where the identity broker is, without logging in. */
  public URI issuer() throws StepFailedException, InterruptedException {
    return broker.discover().issuer();
  }

  /** Logs in anew, whatever token there may be. */
  public void login() throws StepFailedException, InterruptedException {
    token = null;
    token = broker.login();
  }

  /** Ends the session; false if the identity broker did not, so that it lasts until its time is over. */
  public boolean logout() throws StepFailedException, InterruptedException {
    Token current = token;
    token = null;
    return current == null || broker.logout(current);
  }

  private Token usableToken() throws StepFailedException, InterruptedException {
    Token current = token;
    if (current != null && current.isUsableAt(wire.clock().wallMillis())) {
      return current;
    }
    Token fresh = current == null ? broker.login() : broker.renew(current);
    token = fresh;
    return fresh;
  }

  /** Sends a request with the token. A 401 renews the token exactly once: it may have been withdrawn before its time. */
  public HttpResult.Answer authorised(HttpCall call) throws StepFailedException, InterruptedException {
    HttpResult.Answer answer = patient(bearer(call, usableToken()));
    if (answer.status() != 401) {
      return answer;
    }
    Token renewed = broker.login();
    token = renewed;
    HttpResult.Answer second = patient(bearer(call, renewed));
    if (second.status() == 401) {
      checkClock(renewed);
    }
    return second;
  }

  /** A token that was made in the past or in the future is refused by every API, and none of them says why. */
  private void checkClock(Token refused) throws StepFailedException {
    long now = wire.clock().wallMillis();
    long offSeconds = (refused.issuedAtMillis().orElse(now) - now) / 1000;
    if (Math.abs(offSeconds) > CLOCK_SECONDS_MAX) {
      throw new StepFailedException(Finding.of(FailureClass.IDP, "a token made now",
          "a token made " + Math.abs(offSeconds) + " s in the " + (offSeconds < 0 ? "past" : "future") + ", which the API refuses",
          "Set the clock of the identity broker, or of the machine that runs Sonar."));
    }
  }

  private static HttpCall bearer(HttpCall call, Token token) {
    return call.header("Authorization", "Bearer " + token.access().reveal());
  }

  /** Asks a second time if the server said to come back soon. */
  private HttpResult.Answer patient(HttpCall call) throws StepFailedException, InterruptedException {
    HttpResult.Answer answer = wire.send(call);
    if (answer.status() != 429) {
      return answer;
    }
    long seconds = answer.header("Retry-After").filter(text -> text.matches("\\d{1,6}")).map(Long::parseLong).orElse(1L);
    if (seconds > RETRY_AFTER_SECONDS_MAX) {
      return answer;
    }
    wire.clock().sleep(seconds * 1000);
    return wire.send(call);
  }

  // ---- meshObjects

  /** Reads the customer (workspace); says by which name the API knows it. */
  public String customer() throws StepFailedException, InterruptedException {
    String name = account.customer();
    try {
      return "workspace " + object(ObjectKind.WORKSPACE, name).map(o -> Json.firstText(o, "metadata.name")).orElse(name);
    } catch (StepFailedException noWorkspace) {
      int status = noWorkspace.finding().status();
      if (status != 404 && status != 406 && status != 415) {
        throw noWorkspace;
      }
      return "customer " + object(ObjectKind.CUSTOMER, name).map(o -> Json.firstText(o, "metadata.name")).orElse(name);
    }
  }

  /** Identifiers of the projects that the user sees in the customer. */
  public List<String> projects() throws StepFailedException, InterruptedException {
    return listing(ObjectKind.PROJECT, version -> query(ObjectKind.PROJECT.ownerFilter(version), account.customer())).stream()
        .filter(project -> ownerOf(project).isEmpty() || ownerOf(project).equals(account.customer()))
        .map(project -> Json.firstText(project, "metadata.name"))
        .toList();
  }

  private static String ownerOf(JsonNode object) {
    return Json.firstText(object, "metadata.ownedByWorkspace", "metadata.ownedByCustomer");
  }

  /** Opens a project. */
  public void openProject(String project) throws StepFailedException, InterruptedException {
    String identifier = account.customer() + "." + project;
    Optional<JsonNode> found = object(ObjectKind.PROJECT, identifier);
    String name = found.map(o -> Json.firstText(o, "metadata.name")).orElse("");
    if (!name.equals(project)) {
      throw Failures.contract("project " + identifier, name.isEmpty() ? "an object without metadata.name" : "project " + name);
    }
  }

  /** The project's tenant on a platform. */
  public Tenant tenant(String project, String platform) throws StepFailedException, InterruptedException {
    List<Tenant> tenants = tenants(project, platform);
    List<Tenant> living = tenants.stream().filter(t -> !t.deleted()).toList();
    Optional<Tenant> named = living.stream().filter(t -> t.isOn(platform)).findFirst();
    if (named.isPresent()) {
      return named.get();
    }
    // The newest version names platforms by number only; then the server's own filter has to be trusted.
    if (living.size() == 1 && living.getFirst().platform().isEmpty()) {
      return living.getFirst();
    }
    throw new StepFailedException(Finding.of(FailureClass.PLATFORM, "a tenant of project " + project + " on platform " + platform,
        tenants.isEmpty() ? "none" : living.size() + " tenants on other platforms",
        "Add a tenant on " + platform + " to the project, or correct platformName."));
  }

  /** The project's tenants; a server that knows the filter by platform leaves out the others. */
  private List<Tenant> tenants(String project, String platform) throws StepFailedException, InterruptedException {
    return listing(ObjectKind.TENANT, version -> query(ObjectKind.TENANT.ownerFilter(version), account.customer())
            + "&" + query("projectIdentifier", project) + "&" + query("platformIdentifier", platform))
        .stream()
        .filter(json -> ownerOf(json).isEmpty() || ownerOf(json).equals(account.customer()))
        .filter(json -> projectOf(json).isEmpty() || projectOf(json).equals(project))
        .map(Tenant::of)
        .toList();
  }

  private static String projectOf(JsonNode tenant) {
    return Json.firstText(tenant, "metadata.ownedByProject");
  }

  /** The tenant as it is now. */
  public Tenant again(Tenant tenant) throws StepFailedException, InterruptedException {
    URI self = tenant.self().orElse(null);
    if (self == null) {
      return tenant;
    }
    return Tenant.of(read(ObjectKind.TENANT, version -> self));
  }

  private Optional<JsonNode> object(ObjectKind kind, String identifier) throws StepFailedException, InterruptedException {
    return Optional.of(read(kind, version -> URI.create(kind.path() + "/" + encode(identifier))));
  }

  private List<JsonNode> listing(ObjectKind kind, Function<String, String> query) throws StepFailedException, InterruptedException {
    List<JsonNode> objects = new ArrayList<>();
    JsonNode json = read(kind, version -> URI.create(kind.path() + "?" + query.apply(version)));
    for (int pages = 1; pages <= PAGES_MAX; pages++) {
      HalPage page = HalPage.of(json, kind.embedded());
      objects.addAll(page.objects());
      if (page.next().isEmpty()) {
        checkComplete(kind, objects.size(), page.totalElements());
        return objects;
      }
      URI next = page.next().get();
      json = read(kind, version -> next);
    }
    throw Failures.contract("a listing of at most " + PAGES_MAX + " pages", "links to ever more pages");
  }

  private static void checkComplete(ObjectKind kind, int seen, long total) throws StepFailedException {
    if (seen < total) {
      throw Failures.contract("all " + total + " " + kind.embedded() + " that the page counts",
          seen + " of them" + (seen == 0 ? " (no _embedded." + kind.embedded() + ")" : " and no link to the next page"));
    }
  }

  /** Reads with the version that worked last, then with the others: versions come and go over the years. */
  private JsonNode read(ObjectKind kind, Function<String, URI> address) throws StepFailedException, InterruptedException {
    HttpResult.Answer missing = null;
    HttpResult.Answer unspoken = null;
    for (String version : versions(kind)) {
      URI uri = account.apiUrl().resolve(address.apply(version));
      HttpResult.Answer answer = authorised(wire.get(uri).header("Accept", kind.mediaType(version)));
      switch (answer.status()) {
        case 200 -> {
          JsonNode json = object(answer, kind);
          memory.rememberVersion(account.apiUrl(), kind, version);
          return json;
        }
        case 404 -> missing = answer;
        case 406, 415 -> unspoken = answer;
        default -> throw new StepFailedException(Failures.ofApi(answer, "a " + kind.mediaType(version)));
      }
    }
    // A version that answers 404 is spoken: then it is the object that is not there.
    HttpResult.Answer last = missing == null ? unspoken : missing;
    if (last == null) {
      throw new IllegalStateException(kind + " has no versions");
    }
    throw new StepFailedException(Failures.ofApi(last, "a " + kind.mediaType("*")));
  }

  private List<String> versions(ObjectKind kind) {
    Optional<String> known = memory.version(account.apiUrl(), kind);
    List<String> versions = new ArrayList<>(kind.versions());
    known.ifPresent(version -> {
      versions.remove(version);
      versions.addFirst(version);
    });
    return versions;
  }

  private static JsonNode object(HttpResult.Answer answer, ObjectKind kind) throws StepFailedException {
    Optional<JsonNode> json = Json.parse(answer.text()).filter(JsonNode::isObject);
    if (json.isEmpty()) {
      throw Failures.contract(kind.mediaType("*"), "a body of type " + answer.header("Content-Type").orElse("unknown") + " that is no JSON object");
    }
    return json.get();
  }

  private static String query(String name, String value) {
    return name + "=" + encode(value);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  // ---- access

  /**
   * Opens an access URL once.
   *
   * @param redirectHosts hosts to which it may send the user to sign in; the token does not go there
   */
  public Access access(AccessRequest request, List<String> redirectHosts) throws StepFailedException, InterruptedException {
    HttpResult.Answer answer = authorised(wire.call(request.method(), request.url(), "").header("Accept", "application/json, */*;q=0.5"));
    if (answer.status() == 405 && request.method().equals("GET")) {
      answer = authorised(wire.call("POST", request.url(), "").header("Accept", "application/json, */*;q=0.5"));
    }
    AccessAnswer meaning = AccessAnswer.of(answer, redirectHosts, request.url().getHost());
    return switch (meaning.kind()) {
      case GRANTED -> new Access(true, meaning.replication(), meaning.remarks());
      case PENDING -> new Access(false, meaning.replication() == ReplicationState.UNKNOWN ? ReplicationState.IN_PROGRESS : meaning.replication(),
          meaning.remarks());
      case REFUSED -> refused(answer, meaning);
      case STRANGE_REDIRECT -> throw new StepFailedException(Failures.ofApi(answer, "access, or a redirect to one of " + redirectHosts)
          .as(FailureClass.CONTRACT, "If this is where users sign in, add the host to criteria.redirectHosts."));
    };
  }

  /** A replication that failed is not thrown here: whether it counts depends on the tenant's age. */
  private static Access refused(HttpResult.Answer answer, AccessAnswer meaning) throws StepFailedException {
    if (meaning.replication() == ReplicationState.FAILED) {
      return new Access(false, ReplicationState.FAILED, meaning.remarks());
    }
    throw new StepFailedException(Failures.ofApi(answer, "access to the platform"));
  }

  /** What is asked: URL and method. */
  public record AccessRequest(URI url, String method) {}

  /**
   * What opening the platform brought.
   *
   * @param granted whether the user is in
   * @param replication what the answer says about the replication
   * @param remarks what it says to the user
   */
  public record Access(boolean granted, ReplicationState replication, List<String> remarks) {}

  // ---- anything else

  /** Sends a request of the operator's own, with the token or without. */
  public HttpResult.Answer send(String method, URI uri, List<HttpCall.Header> headers, String body, boolean withToken)
      throws StepFailedException, InterruptedException {
    HttpCall call = wire.call(method, uri, body);
    for (HttpCall.Header header : headers) {
      call = call.header(header.name(), header.value());
    }
    return withToken ? authorised(call) : wire.send(call);
  }
}
