package io.meshwatch.notify.mail;

/** What came of handing a message to another system. */
public sealed interface Delivery {
  /** The other side's code, such as 250; 0 if it never answered. */
  int code();

  /** The other side's words, or our own sentence if it never answered. */
  String text();

  /** The other side took the message over. */
  record Accepted(int code, String text) implements Delivery {}

  /**
   * Not now: to be tried again.
   *
   * @param everything whether nothing at all can be sent there now, as when the relay is down; false = only this message waits
   * @param perhapsTaken whether only the answer may have been lost, so that the message arrived all the same
   */
  record Delayed(int code, String text, boolean everything, boolean perhapsTaken) implements Delivery {
    /** Certainly not taken. */
    public Delayed(int code, String text, boolean everything) {
      this(code, text, everything, false);
    }
  }

  /** Never: trying again does not help. */
  record Refused(int code, String text) implements Delivery {}
}
