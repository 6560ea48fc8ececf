package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.util.List;

/**
 * While an alert that matches the source fires, alerts that match the target and have the same values in some labels are held
 * back. A label that is missing on both sides counts as equal.
 *
 * @param name for pages and logs; may be empty
 * @param source matchers of the alert that holds others back
 * @param target matchers of the alerts that are held back
 * @param equal labels that must have the same value on both
 */
public record InhibitRule(String name, List<Matcher> source, List<Matcher> target, List<String> equal) {
  boolean isSource(Labels labels) {
    return source.stream().allMatch(m -> m.matches(labels));
  }

  boolean isTarget(Labels labels) {
    return target.stream().allMatch(m -> m.matches(labels));
  }

  /** The values that must be equal, as a key. */
  Labels equalPart(Labels labels) {
    return labels.keep(equal);
  }
}
