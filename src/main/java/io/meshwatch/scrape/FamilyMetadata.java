package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;

/**
 * What one target says about one metric family.
 *
 * @param target labels of the target
 * @param family name of the family
 * @param metadata type, unit and help
 */
public record FamilyMetadata(Labels target, String family, MetricMetadata metadata) {}
