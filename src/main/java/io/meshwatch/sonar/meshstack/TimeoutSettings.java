package io.meshwatch.sonar.meshstack;

/**
 * How long the parts of a run may take.
 *
 * @param resolveSeconds looking up a host name
 * @param connectSeconds connecting
 * @param tlsSeconds agreeing on encryption
 * @param firstByteSeconds waiting for the first byte of an answer
 * @param bodySeconds reading the rest of it
 * @param exchangeSeconds a whole request with its answer
 * @param stepSeconds a whole step; following a replication has its own deadline
 */
public record TimeoutSettings(
    double resolveSeconds,
    double connectSeconds,
    double tlsSeconds,
    double firstByteSeconds,
    double bodySeconds,
    double exchangeSeconds,
    double stepSeconds) {
  public static TimeoutSettings defaults() {
    return new TimeoutSettings(5, 5, 5, 15, 15, 30, 60);
  }
}
