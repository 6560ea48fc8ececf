package io.meshwatch.notify;

/**
 * How fast the outbox sends and tries again.
 *
 * @param digestAbove so many entries for one mailbox leave one by one, more leave as one digest
 * @param burst messages to one destination without a pause
 * @param refillMillis after the burst, one message per so much time
 * @param retryFirstMillis wait after the first failure; doubles with each further one
 * @param retryMaxMillis longest wait between attempts
 */
record OutboxLimits(int digestAbove, int burst, long refillMillis, long retryFirstMillis, long retryMaxMillis) {
  /** These limits, with no wait between attempts longer than so much time, as far as the first wait allows. */
  OutboxLimits retryingWithin(long millis) {
    return new OutboxLimits(digestAbove, burst, refillMillis, retryFirstMillis, Math.max(retryFirstMillis, Math.min(retryMaxMillis, millis)));
  }

  long backoffMillis(int failuresBefore) {
    long doubled = retryFirstMillis << Math.min(failuresBefore, 20);
    return Math.clamp(doubled, 1, retryMaxMillis);
  }
}
