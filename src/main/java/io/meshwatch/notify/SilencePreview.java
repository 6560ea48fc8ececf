package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Matcher;
import java.util.List;

/**
 * What a silence would keep back now.
 *
 * @param matching alerts that fire and that it matches
 * @param firing how many alerts fire in all
 * @param tooMuch why it matches more than one usually wants; empty if it does not
 */
public record SilencePreview(List<Alert> matching, int firing, String tooMuch) {
  /** A silence for fewer alerts is never too much. */
  private static final int ALERTS_FREE = 10;
  private static final double SHARE_MAX = 0.5;
  /** Something that no label's value is by accident: what matches it too matches nearly anything. */
  private static final List<String> PROBES = List.of("x7Kq", "meshwatch-probe", "10.255.1.7:9999");

  static SilencePreview of(List<Matcher> matchers, List<Alert> firing) {
    List<Alert> matching = firing.stream().filter(a -> matchers.stream().allMatch(m -> m.matches(a.labels()))).toList();
    return new SilencePreview(matching, firing.size(), tooMuch(matchers, matching.size(), firing.size()));
  }

  private static String tooMuch(List<Matcher> matchers, int matching, int firing) {
    if (matchers.stream().allMatch(SilencePreview::matchesNearlyAnything)) {
      return "every matcher takes nearly any value, so it would keep nearly every alert back";
    }
    if (matching > ALERTS_FREE && matching > firing * SHARE_MAX) {
      return "it would keep back " + matching + " of the " + firing + " alerts that fire";
    }
    return "";
  }

  private static boolean matchesNearlyAnything(Matcher matcher) {
    return PROBES.stream().allMatch(matcher::matches);
  }
}
