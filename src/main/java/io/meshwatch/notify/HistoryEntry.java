package io.meshwatch.notify;

import java.util.List;

/**
 * One line of "what was sent to whom, when, and what the other side said".
 *
 * @param id ascending
 * @param atMillis when the other side answered
 * @param receiver name of the receiver
 * @param integration email, webhook…
 * @param destination mailbox or host
 * @param subject what it was about
 * @param news how many alerts were new
 * @param resolved how many were over
 * @param still how many fired on
 * @param outcome whether it was taken over
 * @param code the other side's code; 0 if it never answered
 * @param reply the other side's words
 * @param messageId of the mail; empty for others
 * @param attempt 1 for the first
 * @param waitedMillis from the news to this answer
 * @param alerts names of the alerts it was about, each once; bounded
 */
public record HistoryEntry(
    long id,
    long atMillis,
    String receiver,
    String integration,
    String destination,
    String subject,
    int news,
    int resolved,
    int still,
    Outcome outcome,
    int code,
    String reply,
    String messageId,
    int attempt,
    long waitedMillis,
    List<String> alerts) {
  /** Names of alerts that an entry keeps. */
  static final int ALERTS_MAX = 50;

  /** What came of it. */
  public enum Outcome {
    ACCEPTED,
    DELAYED,
    REFUSED
  }
}
