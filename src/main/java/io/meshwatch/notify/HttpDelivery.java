package io.meshwatch.notify;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.notify.mail.Delivery;

/** What the answer to a request means for the notification that it carried. */
final class HttpDelivery {
  private HttpDelivery() {}

  static Delivery of(HttpResult result) {
    return switch (result) {
      case HttpResult.Failure failure -> new Delivery.Delayed(0, failure.message(), true, perhapsTaken(failure.phase()));
      case HttpResult.Answer answer -> {
        int status = answer.status();
        if (status / 100 == 2) {
          yield new Delivery.Accepted(status, "");
        }
        boolean later = status >= 500 || status == 429 || status == 408;
        yield later ? new Delivery.Delayed(status, answer.text(), true) : new Delivery.Refused(status, answer.text());
      }
    };
  }

  /** Once the request was sent, it may be the answer that was lost. */
  private static boolean perhapsTaken(HttpResult.Phase phase) {
    return switch (phase) {
      case RESOLVE, CONNECT, TLS -> false;
      case SEND, FIRST_BYTE, BODY, BODY_LIMIT, TIMEOUT -> true;
    };
  }
}
