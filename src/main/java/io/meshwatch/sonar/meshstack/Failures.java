package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.HttpResult;
import java.net.URI;
import java.util.List;

/** Says which class a failed exchange belongs to, and what to do first. The whole fault matrix of single requests is in here. */
final class Failures {
  private Failures() {}

  /** No answer at all: the phase in which it failed decides. */
  static Finding ofNoAnswer(URI uri, HttpResult.Failure failure) {
    String host = uri.getHost();
    FailureClass failureClass = switch (failure.phase()) {
      case RESOLVE -> FailureClass.DNS;
      case CONNECT, SEND, FIRST_BYTE, BODY -> FailureClass.TCP;
      case TLS -> FailureClass.TLS;
      case BODY_LIMIT -> FailureClass.CONTRACT;
      case TIMEOUT -> FailureClass.SLOW;
    };
    String advice = switch (failure.phase()) {
      case RESOLVE -> "Look up " + host + " on the machine that runs Sonar; see its DNS records.";
      case CONNECT -> "See whether " + host + " runs, and whether a firewall stands between.";
      case SEND, FIRST_BYTE, BODY -> "The connection broke: see the gateway's log, and whether the process behind it was killed.";
      case TLS -> "See the certificate of " + host + ": its end, its names, its issuer; for a private authority set caFile.";
      case BODY_LIMIT -> "An answer of this size is not what the API promises.";
      case TIMEOUT -> "Look at the load of " + host + " and of what stands before it.";
    };
    return Finding.of(failureClass, "an answer from " + host, failure.message(), advice);
  }

  /** An error status of the identity broker. */
  static Finding ofBroker(HttpResult.Answer answer, String expected) {
    ErrorBody error = ErrorBody.of(answer.text());
    return new Finding(FailureClass.IDP, expected, got(answer, error), brokerAdvice(answer.status(), error), answer.status(), error.code(),
        error.id(), List.of());
  }

  private static String brokerAdvice(int status, ErrorBody error) {
    String message = error.message().toLowerCase(java.util.Locale.ROOT);
    if (error.code().equals("invalid_grant")) {
      if (message.contains("not fully set up")) {
        return "The technical user has open actions (second factor, new password, terms): settle them, or exempt it from them.";
      }
      return message.contains("disabled") || message.contains("locked")
          ? "The technical user is disabled or locked: enable it in the identity broker."
          : "Check user name and password of the technical user; its password may have expired.";
    }
    return switch (error.code()) {
      case "unauthorized_client" -> message.contains("credentials")
          ? "Check identityBroker.clientId and clientSecret."
          : "The grant is switched off for this client: allow \"direct access grants\", or set identityBroker.grant = LOGIN_FORM.";
      case "invalid_client" -> "Check identityBroker.clientId and clientSecret.";
      case "invalid_scope" -> "The identity broker does not know a scope: see identityBroker.scopes and customerScope.";
      default -> status == 404
          ? "There is no such realm or page: set identityBroker.issuer."
          : "See the identity broker's state and log.";
    };
  }

  /** An error status of the API. */
  static Finding ofApi(HttpResult.Answer answer, String expected) {
    ErrorBody error = ErrorBody.of(answer.text());
    int status = answer.status();
    FailureClass failureClass = switch (status) {
      case 401, 403 -> FailureClass.AUTHZ;
      case 406, 415 -> FailureClass.CONTRACT;
      case 503 -> FailureClass.RESTART;
      default -> status >= 400 ? FailureClass.API : FailureClass.CONTRACT;
    };
    return new Finding(failureClass, expected, got(answer, error), apiAdvice(status), status, error.code(), error.id(), error.remarks());
  }

  private static String apiAdvice(int status) {
    return switch (status) {
      case 401 -> "The API does not take the token: compare its issuer with the API's, and the clocks of both.";
      case 403 -> "The technical user lacks the right: see its role on customer and project.";
      case 404 -> "There is no such object, or the technical user may not see it: compare the configured identifiers.";
      case 406, 415 -> "This version of the object is no longer, or not yet, spoken here.";
      case 429 -> "Too many requests: raise scanInterval, or ask for a higher limit.";
      case 503 -> "The backend starts or is gone: see its log, memory and health page.";
      default -> status >= 500 ? "See the backend's log for the error id." : "See the message of the API.";
    };
  }

  static String got(HttpResult.Answer answer, ErrorBody error) {
    StringBuilder text = new StringBuilder("status ").append(answer.status());
    if (!error.code().isEmpty()) {
      text.append(' ').append(error.code());
    }
    if (!error.message().isEmpty()) {
      text.append(": ").append(error.message());
    }
    if (answer.status() >= 300 && answer.status() < 400) {
      text.append(" to ").append(answer.header("Location").orElse("nowhere"));
    }
    return text.toString();
  }

  /** An answer that is not what the API promises. */
  static StepFailedException contract(String expected, String got) {
    return new StepFailedException(Finding.of(FailureClass.CONTRACT, expected, got,
        "Something between Sonar and the backend answers in its place, or the API has changed."));
  }
}
