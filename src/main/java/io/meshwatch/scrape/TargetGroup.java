package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import java.util.List;

/**
 * Targets that were found together.
 *
 * @param source where, such as {@code targets.json:0}
 * @param addresses labels of each, with {@code __address__}
 * @param labels labels of all of them
 */
record TargetGroup(String source, List<Labels> addresses, Labels labels) {
  static final String ADDRESS = "__address__";

  static TargetGroup of(String source, List<String> addresses, Labels labels) {
    return new TargetGroup(source, addresses.stream().map(a -> Labels.of(ADDRESS, a)).toList(), labels);
  }
}
