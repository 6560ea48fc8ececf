package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.List;

/**
 * The targets of one object.
 *
 * @param source kind, namespace and name: {@code pod/default/web-1}
 * @param targets labels of each, with {@code __address__}
 * @param labels labels of all of them
 */
public record ObjectTargets(String source, List<Labels> targets, Labels labels) {}
