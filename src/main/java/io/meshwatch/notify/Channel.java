package io.meshwatch.notify;

import io.meshwatch.notify.mail.Delivery;

/** A way to the outside that many destinations may share, such as a mail relay. Calls block; one at a time. */
interface Channel {
  /** Hands a parcel over. */
  Sent send(Parcel parcel) throws InterruptedException;

  /** Nothing follows soon. */
  void rest();

  /**
   * What was handed over and what came of it.
   *
   * @param subject what it was about, for the history
   */
  record Sent(String subject, Delivery delivery) {}
}
