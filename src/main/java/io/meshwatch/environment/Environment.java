package io.meshwatch.environment;

/**
 * The outside world in one record: the only way by which time, threads, sockets and files reach the product.
 *
 * @param clock time
 * @param timers things that happen later or again and again
 * @param workers threads that compute
 * @param network HTTP to others
 * @param disk files
 * @param listeners HTTP from others
 * @param telemetry meshwatch's own metrics
 */
public record Environment(Clock clock, Timers timers, Workers workers, Network network, Disk disk, Listeners listeners, Telemetry telemetry) {}
