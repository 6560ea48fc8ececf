package io.meshwatch.scrape;

import io.meshwatch.model.Labels;

/**
 * Something discovery found that is not scraped.
 *
 * @param job the job it was found for
 * @param discoveredLabels its labels before relabelling
 * @param reason why: a rule dropped it, or what is wrong with it
 */
public record DroppedTarget(String job, Labels discoveredLabels, String reason) {}
