package io.meshwatch.notify.mail;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;

/** Makes transports for tests that need no access tokens. */
final class NewRelay {
  private NewRelay() {}

  static SmtpTransport transport(MailSettings settings) {
    return new SmtpTransport(
        settings, call -> new HttpResult.Failure(HttpResult.Phase.CONNECT, "no network in this test", HttpResult.Phases.NONE), new SimulatedEnvironment(0).environment().clock());
  }
}
