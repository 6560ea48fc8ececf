package io.meshwatch.sonar;

import com.google.re2j.Pattern;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import io.meshwatch.sonar.meshstack.Json;
import io.meshwatch.sonar.meshstack.StepFailedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Holds an answer against what the operator's step expects. What is not there fails, whatever it is compared with. */
final class HttpStepCheck {
  private static final String ADVICE = "See the answer, and whether the step still expects the right thing.";

  private HttpStepCheck() {}

  static void check(HttpStepSettings step, HttpResult.Answer answer, long nowMillis) throws StepFailedException {
    checkStatus(step, answer);
    for (HttpStepSettings.HeaderExpectation header : step.responseHeaders()) {
      checkHeader(header, answer);
    }
    if (!step.json().isEmpty()) {
      checkJson(step.json(), answer);
    }
    double seconds = answer.phases().totalNanos() / 1e9;
    if (step.secondsMax() > 0 && seconds > step.secondsMax()) {
      throw failed(FailureClass.SLOW, "an answer within " + step.secondsMax() + " s", String.format(java.util.Locale.ROOT, "%.2f s", seconds), answer);
    }
    checkCertificate(step.certificateDaysMin(), answer.certificateExpiryMillis(), nowMillis);
  }

  /** The values that later steps are told; what is not there fails. */
  static Map<String, String> captured(HttpStepSettings step, HttpResult.Answer answer) throws StepFailedException {
    Map<String, String> captured = new HashMap<>();
    JsonNode json = Json.parse(answer.text()).orElse(Json.MAPPER.createObjectNode());
    for (HttpStepSettings.CaptureSettings capture : step.capture()) {
      JsonNode found = Json.at(json, capture.path());
      if (!found.isValueNode() || found.isNull()) {
        throw failed(FailureClass.CONTRACT, capture.path() + " to be there, for later steps", "nothing there", answer);
      }
      captured.put(capture.name(), found.asString());
    }
    return captured;
  }

  private static void checkStatus(HttpStepSettings step, HttpResult.Answer answer) throws StepFailedException {
    int status = answer.status();
    boolean good = step.statuses().isEmpty() ? status >= 200 && status < 300 : step.statuses().contains((long) status);
    if (!good) {
      FailureClass failureClass = status == 401 || status == 403 ? FailureClass.AUTHZ : FailureClass.API;
      throw failed(failureClass, "status " + (step.statuses().isEmpty() ? "2xx" : step.statuses().toString()), "status " + status, answer);
    }
  }

  private static void checkHeader(HttpStepSettings.HeaderExpectation header, HttpResult.Answer answer) throws StepFailedException {
    Optional<String> value = answer.headers().stream().filter(h -> h.name().equalsIgnoreCase(header.name())).map(HttpCall.Header::value).findFirst();
    if (value.isEmpty() || !Pattern.matches(header.matches(), value.get())) {
      throw failed(FailureClass.CONTRACT, "header " + header.name() + " matching " + header.matches(), value.orElse("no such header"), answer);
    }
  }

  private static void checkJson(List<HttpStepSettings.JsonExpectation> expectations, HttpResult.Answer answer) throws StepFailedException {
    Optional<JsonNode> json = Json.parse(answer.text());
    if (json.isEmpty()) {
      throw failed(FailureClass.CONTRACT, "JSON", "a body that is none", answer);
    }
    for (HttpStepSettings.JsonExpectation expectation : expectations) {
      JsonNode found = Json.at(json.get(), expectation.path());
      if (!holds(expectation, found)) {
        throw failed(FailureClass.CONTRACT, expectation.path() + " " + words(expectation), found.isMissingNode() ? "nothing there" : excerpt(found), answer);
      }
    }
  }

  private static boolean holds(HttpStepSettings.JsonExpectation expectation, JsonNode found) {
    if (found.isMissingNode() || found.isNull()) {
      return false;
    }
    String text = found.isValueNode() ? found.asString() : found.toString();
    return switch (expectation.comparison()) {
      case EXISTS -> true;
      case EQUALS -> text.equals(expectation.value());
      case MATCHES -> Pattern.matches(expectation.value(), text);
      case AT_LEAST -> found.isNumber() && found.asDouble() >= Double.parseDouble(expectation.value());
      case AT_MOST -> found.isNumber() && found.asDouble() <= Double.parseDouble(expectation.value());
      case LENGTH_AT_LEAST -> (found.isValueNode() ? text.length() : found.size()) >= Double.parseDouble(expectation.value());
    };
  }

  private static String words(HttpStepSettings.JsonExpectation expectation) {
    return switch (expectation.comparison()) {
      case EXISTS -> "to be there";
      case EQUALS -> "to be " + expectation.value();
      case MATCHES -> "to match " + expectation.value();
      case AT_LEAST -> "to be at least " + expectation.value();
      case AT_MOST -> "to be at most " + expectation.value();
      case LENGTH_AT_LEAST -> "to have a length of at least " + expectation.value();
    };
  }

  private static String excerpt(JsonNode found) {
    String text = found.toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  /** Fails if a certificate ends too soon. */
  static void checkCertificate(long daysMin, Optional<Long> expiryMillis, long nowMillis) throws StepFailedException {
    if (daysMin <= 0 || expiryMillis.isEmpty()) {
      return;
    }
    long daysLeft = TimeUnit.MILLISECONDS.toDays(expiryMillis.get() - nowMillis);
    if (daysLeft < daysMin) {
      throw new StepFailedException(Finding.of(FailureClass.TLS, "a certificate that is valid for " + daysMin + " more days", daysLeft + " days",
          "Renew the certificate."));
    }
  }

  private static StepFailedException failed(FailureClass failureClass, String expected, String got, HttpResult.Answer answer) {
    return new StepFailedException(new Finding(failureClass, expected, got, ADVICE, answer.status(), "", "", List.of()));
  }
}
