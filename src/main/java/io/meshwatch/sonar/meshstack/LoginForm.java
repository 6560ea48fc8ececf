package io.meshwatch.sonar.meshstack;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Logs in as a person does: opens the login page, fills in the form, agrees to the consent page if there is one, and takes the
 * authorization code from the redirect at the end. Confined to one login.
 *
 * @see <a href="https://datatracker.ietf.org/doc/html/rfc7636">RFC 7636, proof key for code exchange</a>
 */
final class LoginForm {
  /** What the login is for.
   *
   * @param code to exchange for a token
   * @param verifier proves that it is we who asked for the code
   */
  record Code(Secret code, Secret verifier) {}

  private static final int PAGES_MAX = 12;
  private static final Pattern FORM = Pattern.compile("(?is)<form\\b([^>]*)>(.*?)</form>");
  private static final Pattern INPUT = Pattern.compile("(?is)<input\\b([^>]*)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("(?is)([a-z-]+)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')");
  private static final Pattern TAG = Pattern.compile("<[^>]*>");
  private static final Pattern ERROR_TEXT = Pattern.compile("(?is)<[a-z]+[^>]*(?:kc-feedback-text|input-error|alert-error|error-message)[^>]*>(.*?)</");

  private final Wire wire;
  private final Account account;
  private final Redactor redactor;
  private final Map<String, String> cookies = new LinkedHashMap<>();

  LoginForm(Wire wire, Account account, Redactor redactor) {
    this.wire = wire;
    this.account = account;
    this.redactor = redactor;
  }

  Code code(BrokerPages pages, String clientId, String scope) throws StepFailedException, InterruptedException {
    String verifier = unpredictable("verifier");
    redactor.learn("code-verifier", Secret.of(verifier));
    String query = new FormBody()
        .with("response_type", "code")
        .with("client_id", clientId)
        .with("redirect_uri", account.broker().redirectUrl())
        .with("scope", scope)
        .with("state", unpredictable("state"))
        .with("code_challenge", challenge(verifier))
        .with("code_challenge_method", "S256")
        .encoded();
    String separator = pages.authorization().getRawQuery() == null ? "?" : "&";
    Secret code = walk(URI.create(pages.authorization() + separator + query), pages.authorization().getHost());
    redactor.learn("code", code);
    return new Code(code, Secret.of(verifier));
  }

  /** From page to page until the redirect that carries the code. Never leaves the identity broker's host. */
  private Secret walk(URI start, String host) throws StepFailedException, InterruptedException {
    HttpCall next = wire.get(start);
    URI at = start;
    boolean passwordSent = false;
    for (int page = 0; page < PAGES_MAX; page++) {
      HttpResult.Answer answer = wire.send(withCookies(next));
      keepCookies(answer);
      if (answer.status() >= 300 && answer.status() < 400) {
        URI target = location(at, answer);
        if (target.toString().startsWith(account.broker().redirectUrl())) {
          return codeIn(target);
        }
        stayOn(host, target);
        next = wire.get(target);
        at = target;
      } else if (answer.status() == 200) {
        Form form = form(answer, at, passwordSent);
        stayOn(host, form.action());
        passwordSent |= form.asksPassword();
        next = wire.call("POST", form.action(), form.body().encoded()).header("Content-Type", FormBody.CONTENT_TYPE);
        at = form.action();
      } else {
        throw new StepFailedException(Failures.ofBroker(answer, "the login page"));
      }
    }
    throw idp("a login within " + PAGES_MAX + " pages", "ever more pages", "Log in as the technical user in a browser and see which pages come.");
  }

  private Secret codeIn(URI redirect) throws StepFailedException {
    Map<String, String> parameters = new LinkedHashMap<>();
    String query = redirect.getRawQuery() == null ? "" : redirect.getRawQuery();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(pair.substring(0, equals), java.net.URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    String code = parameters.getOrDefault("code", "");
    if (code.isEmpty()) {
      String error = parameters.getOrDefault("error", "");
      String got = ("a redirect with " + (error.isEmpty() ? "no code" : error) + " " + parameters.getOrDefault("error_description", "")).strip();
      throw new StepFailedException(new Finding(FailureClass.IDP, "a redirect with a code", got, "See the client's settings in the identity broker.",
          0, error, "", List.of()));
    }
    return Secret.of(code);
  }

  private static URI location(URI at, HttpResult.Answer answer) throws StepFailedException {
    try {
      return at.resolve(answer.header("Location").orElse(""));
    } catch (IllegalArgumentException notAUrl) {
      throw idp("a redirect", "a Location header that is no URL", "See what answers at " + at.getHost() + ".");
    }
  }

  private static void stayOn(String host, URI target) throws StepFailedException {
    if (!host.equalsIgnoreCase(target.getHost())) {
      throw idp("a login page on " + host, "one on " + target.getHost(),
          "The login is handed to another identity provider: give the technical user a password of its own, or use another grant.");
    }
  }

  // ---- forms

  private record Form(URI action, FormBody body, boolean asksPassword) {}

  private Form form(HttpResult.Answer answer, URI at, boolean passwordSent) throws StepFailedException {
    String html = answer.text();
    Matcher forms = FORM.matcher(html);
    while (forms.find()) {
      Map<String, String> attributes = attributes(forms.group(1));
      Map<String, String> inputs = inputs(forms.group(2));
      URI action = action(at, attributes.getOrDefault("action", ""));
      if (inputs.containsKey("password") && !inputs.containsKey("password-new")) {
        refuseSecondTime(html, passwordSent);
        return new Form(action, passwordBody(inputs), true);
      }
      if (action.getPath() != null && action.getPath().contains("consent")) {
        return new Form(action, new FormBody().with("code", inputs.getOrDefault("code", "")).with("accept", "Yes"), false);
      }
    }
    throw unknownPage(html);
  }

  private FormBody passwordBody(Map<String, String> inputs) {
    FormBody body = new FormBody();
    inputs.forEach((name, value) -> body.withUnlessEmpty(name, value));
    return body.with("username", account.username()).with("password", account.password().reveal()).with("credentialId", "");
  }

  private static void refuseSecondTime(String html, boolean passwordSent) throws StepFailedException {
    if (passwordSent) {
      throw idp("to be logged in after the form", "the form again: " + errorText(html),
          "Check user name and password of the technical user; it may be disabled, or its password may have expired.");
    }
  }

  private static StepFailedException unknownPage(String html) {
    String page = html.toLowerCase(java.util.Locale.ROOT);
    if (page.contains("name=\"otp\"") || page.contains("totp") || page.contains("webauthn")) {
      return idp("a login by password alone", "a page that asks for a second factor", "Exempt the technical user from second factors.");
    }
    if (page.contains("password-new") || page.contains("update-password")) {
      return idp("a login by password alone", "a page that asks for a new password", "Set a new password for the technical user that does not expire.");
    }
    return idp("a login form", "a page without one: " + errorText(html), "Log in as the technical user in a browser and see which page comes.");
  }

  private static String errorText(String html) {
    Matcher error = ERROR_TEXT.matcher(html);
    String text = error.find() ? TAG.matcher(error.group(1)).replaceAll(" ").strip() : "";
    return text.isEmpty() ? "without a reason" : text.substring(0, Math.min(text.length(), 200));
  }

  private static URI action(URI at, String action) throws StepFailedException {
    try {
      return at.resolve(unescape(action));
    } catch (IllegalArgumentException notAUrl) {
      throw idp("a form with an address", "a form whose address is no URL", "See what answers at " + at.getHost() + ".");
    }
  }

  private static Map<String, String> inputs(String html) {
    Map<String, String> inputs = new LinkedHashMap<>();
    Matcher input = INPUT.matcher(html);
    while (input.find()) {
      Map<String, String> attributes = attributes(input.group(1));
      boolean sent = !attributes.getOrDefault("type", "text").equals("checkbox") && !attributes.getOrDefault("type", "text").equals("submit");
      if (sent && attributes.containsKey("name")) {
        inputs.put(attributes.get("name"), unescape(attributes.getOrDefault("value", "")));
      }
    }
    return inputs;
  }

  private static Map<String, String> attributes(String tag) {
    Map<String, String> attributes = new LinkedHashMap<>();
    Matcher attribute = ATTRIBUTE.matcher(tag);
    while (attribute.find()) {
      String value = Optional.ofNullable(attribute.group(2)).or(() -> Optional.ofNullable(attribute.group(3))).orElse("");
      attributes.put(attribute.group(1).toLowerCase(java.util.Locale.ROOT), value);
    }
    return attributes;
  }

  private static String unescape(String html) {
    return html.replace("&#x2F;", "/").replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  // ---- cookies

  private HttpCall withCookies(HttpCall call) {
    if (cookies.isEmpty()) {
      return call;
    }
    StringBuilder header = new StringBuilder();
    cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ").append(name).append('=').append(value));
    return call.header("Cookie", header.toString());
  }

  private void keepCookies(HttpResult.Answer answer) {
    for (HttpCall.Header header : answer.headers()) {
      int equals = header.value().indexOf('=');
      if (header.name().equalsIgnoreCase("Set-Cookie") && equals > 0) {
        int end = header.value().indexOf(';');
        String value = header.value().substring(equals + 1, end < 0 ? header.value().length() : end).strip();
        cookies.put(header.value().substring(0, equals).strip(), value);
        if (value.length() >= 8) {
          redactor.learn("cookie", Secret.of(value));
        }
      }
    }
  }

  // ---- proof key

  /**
   * A text that nobody without the password can guess: a keyed hash of the moment. Real randomness would make runs in simulated
   * time differ from one another.
   */
  private String unpredictable(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] key = ("k" + account.password().reveal() + account.broker().clientSecret().reveal()).getBytes(StandardCharsets.UTF_8);
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      String moment = purpose + wire.clock().wallMillis() + "." + wire.clock().monotonicNanos();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(moment.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static String challenge(String verifier) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static StepFailedException idp(String expected, String got, String advice) {
    return new StepFailedException(Finding.of(FailureClass.IDP, expected, got, advice));
  }
}
