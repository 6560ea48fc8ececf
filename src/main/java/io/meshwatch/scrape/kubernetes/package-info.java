/**
 * Floor 3, a part of {@code scrape}. What a Kubernetes cluster says about itself, followed by list and watch, and made into targets as
 * Prometheus does. Open {@link io.meshwatch.scrape.kubernetes.Cluster} first, then a role such as
 * {@link io.meshwatch.scrape.kubernetes.PodRole}.
 */
@NullMarked
package io.meshwatch.scrape.kubernetes;

import org.jspecify.annotations.NullMarked;
