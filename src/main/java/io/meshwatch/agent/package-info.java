/**
 * Floor 3. Metrics of the Linux machine it runs on, under node_exporter's names, read from {@code /proc} and {@code /sys} and served
 * over HTTPS with Basic auth. Open {@link io.meshwatch.agent.Agent} first.
 */
@NullMarked
package io.meshwatch.agent;

import org.jspecify.annotations.NullMarked;
