package io.meshwatch.scrape;

import java.util.List;

/**
 * Targets that are simply listed.
 *
 * @param addresses {@code host:port} each
 * @param labels labels of all of them
 */
public record StaticTargets(List<String> addresses, List<TextEntry> labels) {}
