package io.meshwatch.notify.mail;

import java.util.List;

/** Takes mails to a relay. Calls block; one call at a time. */
public interface MailTransport extends AutoCloseable {
  /** Sends one mail; failures are values. May keep its connection for the next one. */
  Delivery send(MailMessage message) throws InterruptedException;

  /** Sends a short mail and returns everything both sides said, without secrets. */
  Dialogue test(MailMessage message) throws InterruptedException;

  /** No mail follows soon: gives the connection back. */
  void rest();

  @Override
  default void close() {
    rest();
  }

  /**
   * A talk with a relay.
   *
   * @param lines what both sides said, in order
   * @param delivery how it ended
   */
  record Dialogue(List<String> lines, Delivery delivery) {}
}
