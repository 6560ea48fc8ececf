package io.meshwatch.notify.mail;

/**
 * Values over time, to be drawn.
 *
 * @param timestampsMillis ascending
 * @param values one for each time
 */
public record Curve(long[] timestampsMillis, double[] values) {}
