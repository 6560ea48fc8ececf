package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Gets tokens for one account, by whichever grant it is configured for. Confined to one run. */
final class IdentityBroker {
  private static final String CLIENT_DEFAULT = "meshfed-oidc";
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final Wire wire;
  private final Account account;
  private final ApiMemory memory;
  private final Redactor redactor;

  IdentityBroker(Wire wire, Account account, ApiMemory memory, Redactor redactor) {
    this.wire = wire;
    this.account = account;
    this.memory = memory;
    this.redactor = redactor;
  }

  /** A new token. */
  Token login() throws StepFailedException, InterruptedException {
    try {
      Token token = switch (account.broker().grant()) {
        case PASSWORD -> grant(passwordForm());
        case CLIENT_CREDENTIALS -> grant(new FormBody().with("grant_type", "client_credentials"));
        case LOGIN_FORM -> loginForm();
        case API_KEY -> apiKey();
        case API_KEY_FORM -> apiKeyForm();
      };
      learn(token);
      checkCustomer(token);
      return token;
    } catch (StepFailedException failed) {
      memory.forget(account.apiUrl());
      throw failed;
    }
  }

  /**
   * A token that replaces one whose time is over: of the same session while that lives, so that a long run leaves one session behind and
   * not one for every few minutes, else of a new login.
   */
  Token renew(Token ending) throws StepFailedException, InterruptedException {
    if (ending.refresh().isEmpty() || isApiKey()) {
      return login();
    }
    HttpResult.Answer answer = post(discover().token(),
        withClient(new FormBody().with("grant_type", "refresh_token").with("refresh_token", ending.refresh().reveal())));
    if (answer.status() != 200) {
      return login();
    }
    Token token = token(answer);
    learn(token);
    return token;
  }

  private void learn(Token token) {
    redactor.learn("token", token.access());
    redactor.learn("refresh-token", token.refresh());
  }

  private boolean isApiKey() {
    return account.broker().grant() == Grant.API_KEY || account.broker().grant() == Grant.API_KEY_FORM;
  }

  private FormBody passwordForm() {
    return new FormBody().with("grant_type", "password").with("username", account.username()).with("password", account.password().reveal());
  }

  /** A token for another customer would let every later step fail with a 403 that hides the cause. */
  private void checkCustomer(Token token) throws StepFailedException {
    String customer = token.claim("MC_CUSTOMER");
    if (!customer.isEmpty() && !customer.equals(account.customer())) {
      throw new StepFailedException(Finding.of(FailureClass.AUTHZ, "a token for customer " + account.customer(), "a token for customer " + customer,
          "Assign the technical user to customer " + account.customer() + ", and leave customerScope switched on."));
    }
  }

  // ---- discovery

  /** The pages of the identity broker: configured, named by meshStack, or looked for where installations usually have it. */
  BrokerPages discover() throws StepFailedException, InterruptedException {
    Optional<URI> configured = account.broker().issuer().map(URI::create);
    if (configured.isPresent()) {
      return pages(configured.get());
    }
    Optional<URI> named;
    try {
      named = namedIssuer();
    } catch (StepFailedException backendSilent) {
      return lookFor(backendSilent);
    }
    return named.isPresent() ? pages(named.get()) : lookFor(null);
  }

  /** Tries the usual places. If there is nothing either and the backend did not answer, it is the backend that is broken. */
  private BrokerPages lookFor(@Nullable StepFailedException backendSilent) throws StepFailedException, InterruptedException {
    List<URI> candidates = issuerCandidates(account.apiUrl());
    for (URI candidate : candidates) {
      try {
        BrokerPages pages = pages(candidate);
        memory.remember(account.apiUrl(), candidate);
        return pages;
      } catch (StepFailedException notHere) {
        // The next place may be the right one; if none is, the finding below names them all.
      }
    }
    if (backendSilent != null) {
      throw backendSilent;
    }
    throw new StepFailedException(Finding.of(FailureClass.IDP, "an identity broker at one of " + candidates, "no discovery page at any of them",
        "Set identityBroker.issuer."));
  }

  /** Where installations have had their identity broker: a host beside the API's, with and without the older {@code /auth}. */
  static List<URI> issuerCandidates(URI apiUrl) {
    String host = apiUrl.getHost();
    String port = apiUrl.getPort() < 0 ? "" : ":" + apiUrl.getPort();
    int dot = host.indexOf('.');
    List<String> hosts = new ArrayList<>();
    if (dot > 0 && !host.matches("[0-9.]+")) {
      hosts.add("sso" + host.substring(dot) + port);
    }
    hosts.add(host + port);
    List<URI> candidates = new ArrayList<>();
    for (String candidate : hosts) {
      candidates.add(URI.create(apiUrl.getScheme() + "://" + candidate + "/auth/realms/meshfed"));
      candidates.add(URI.create(apiUrl.getScheme() + "://" + candidate + "/realms/meshfed"));
    }
    return candidates;
  }

  private BrokerPages pages(URI issuer) throws StepFailedException, InterruptedException {
    String base = issuer.toString();
    URI page = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + DISCOVERY);
    HttpResult.Answer answer = wire.send(wire.get(page).header("Accept", "application/json"));
    if (answer.status() != 200) {
      throw new StepFailedException(Failures.ofBroker(answer, "the discovery page " + page));
    }
    return Json.parse(answer.text())
        .flatMap(BrokerPages::of)
        .orElseThrow(() -> new StepFailedException(Finding.of(FailureClass.IDP, "a discovery page with issuer, authorization_endpoint and token_endpoint",
            "a page that lacks them", "See what answers at " + page + ".")));
  }

  /** The issuer that meshStack itself names; empty if it is an older one that names none. */
  private Optional<URI> namedIssuer() throws StepFailedException, InterruptedException {
    Optional<URI> known = memory.issuer(account.apiUrl());
    if (known.isPresent()) {
      return known;
    }
    HttpResult.Answer answer = wire.send(wire.get(account.apiUrl().resolve("/mesh/info")).header("Accept", "application/json"));
    if (answer.status() >= 500) {
      throw new StepFailedException(Failures.ofApi(answer, "meshStack's own description at /mesh/info"));
    }
    Optional<JsonNode> json = answer.status() == 200 ? Json.parse(answer.text()) : Optional.empty();
    Optional<URI> issuer = json.map(j -> uriOrEmpty(Json.firstText(j, "issuer"))).filter(uri -> uri.getHost() != null);
    issuer.ifPresent(uri -> memory.remember(account.apiUrl(), uri));
    return issuer;
  }

  private String clientId() {
    String configured = account.broker().clientId();
    return configured.isEmpty() ? CLIENT_DEFAULT : configured;
  }

  // ---- grants at the token endpoint

  private Token grant(FormBody form) throws StepFailedException, InterruptedException {
    BrokerPages pages = discover();
    FormBody complete = withClient(form);
    HttpResult.Answer answer = post(pages.token(), complete.with("scope", scope()));
    if (answer.status() == 400 && ErrorBody.of(answer.text()).code().equals("invalid_scope") && account.broker().customerScope()) {
      // Not every installation has scopes per customer; without them the token is good for all of the user's customers.
      answer = post(pages.token(), complete.with("scope", plainScope()));
    }
    return token(answer);
  }

  private FormBody withClient(FormBody form) {
    return form.with("client_id", clientId()).withUnlessEmpty("client_secret", account.broker().clientSecret().reveal());
  }

  private String scope() {
    return account.broker().customerScope() ? (plainScope() + " c:" + account.customer()).strip() : plainScope();
  }

  private String plainScope() {
    return String.join(" ", account.broker().scopes());
  }

  private HttpResult.Answer post(URI uri, FormBody form) throws StepFailedException, InterruptedException {
    return wire.send(wire.call("POST", uri, form.encoded()).header("Content-Type", FormBody.CONTENT_TYPE).header("Accept", "application/json"));
  }

  private Token token(HttpResult.Answer answer) throws StepFailedException {
    if (answer.status() != 200) {
      throw new StepFailedException(Failures.ofBroker(answer, "a token for " + account.username()));
    }
    return Json.parse(answer.text())
        .flatMap(json -> Token.of(json, wire.clock().wallMillis()))
        .orElseThrow(() -> new StepFailedException(Finding.of(FailureClass.IDP, "an answer with access_token", "an answer without it",
            "See what answers at the token endpoint.")));
  }

  private Token loginForm() throws StepFailedException, InterruptedException {
    BrokerPages pages = discover();
    LoginForm.Code code = code(pages);
    return token(post(pages.token(), withClient(new FormBody()
        .with("grant_type", "authorization_code")
        .with("code", code.code().reveal())
        .with("redirect_uri", account.broker().redirectUrl())
        .with("code_verifier", code.verifier().reveal()))));
  }

  private LoginForm.Code code(BrokerPages pages) throws StepFailedException, InterruptedException {
    try {
      return new LoginForm(wire, account, redactor).code(pages, clientId(), scope());
    } catch (StepFailedException refused) {
      if (!refused.finding().errorCode().equals("invalid_scope") || !account.broker().customerScope()) {
        throw refused;
      }
      return new LoginForm(wire, account, redactor).code(pages, clientId(), plainScope());
    }
  }

  // ---- API keys

  private Token apiKey() throws StepFailedException, InterruptedException {
    String body = Json.MAPPER.writeValueAsString(
        Json.MAPPER.createObjectNode().put("clientId", account.broker().clientId()).put("clientSecret", account.broker().clientSecret().reveal()));
    HttpCall call = wire.call("POST", loginUrl(), body).header("Content-Type", "application/json").header("Accept", "application/json");
    return token(wire.send(call));
  }

  private Token apiKeyForm() throws StepFailedException, InterruptedException {
    FormBody form = new FormBody()
        .with("client_id", account.broker().clientId())
        .with("client_secret", account.broker().clientSecret().reveal())
        .with("grant_type", "client_credentials");
    HttpResult.Answer answer = post(loginUrl(), form);
    if (answer.status() != 307) {
      return token(answer);
    }
    // The API key goes where the API says only if that is the API's own house.
    URI target = loginUrl().resolve(answer.header("Location").map(IdentityBroker::uriOrEmpty).orElse(URI.create("")));
    if (!isSameHouse(target)) {
      throw new StepFailedException(Finding.of(FailureClass.CONTRACT, "a redirect to the identity broker", "a redirect to " + target.getHost(),
          "The API key was not sent there. If this is the identity broker, set identityBroker.issuer."));
    }
    return token(post(target, form));
  }

  private URI loginUrl() {
    return account.apiUrl().resolve("/api/login");
  }

  private static URI uriOrEmpty(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException notAUrl) {
      return URI.create("");
    }
  }

  private boolean isSameHouse(URI target) {
    String api = account.apiUrl().getHost();
    String host = target.getHost();
    if (host == null || !account.apiUrl().getScheme().equals(target.getScheme())) {
      return false;
    }
    boolean configured = account.broker().issuer().map(issuer -> host.equalsIgnoreCase(URI.create(issuer).getHost())).orElse(false);
    return configured || host.equalsIgnoreCase(api) || (parent(host).equals(parent(api)) && parent(host).contains("."));
  }

  private static String parent(String host) {
    return host.substring(host.indexOf('.') + 1);
  }

  // ---- logout

  /** Ends the session, so that runs leave nothing behind; true if there was none or it ended. */
  boolean logout(Token token) throws StepFailedException, InterruptedException {
    if (token.refresh().isEmpty() || isApiKey()) {
      return true;
    }
    Optional<URI> page = discover().endSession();
    if (page.isEmpty()) {
      return true;
    }
    HttpResult.Answer answer = post(page.get(), withClient(new FormBody().with("refresh_token", token.refresh().reveal())));
    // A session that has ended already leaves nothing behind either.
    return answer.status() < 400 || ErrorBody.of(answer.text()).code().equals("invalid_grant");
  }
}
