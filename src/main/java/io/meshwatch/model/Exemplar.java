package io.meshwatch.model;

/**
 * One observation kept as an example beside a sample, usually with a trace id.
 *
 * @param labels the exemplar's own labels
 * @param value the observed value
 * @param timestampMillis when it was observed; the scrape's time if the target did not say
 */
public record Exemplar(Labels labels, double value, long timestampMillis) {}
