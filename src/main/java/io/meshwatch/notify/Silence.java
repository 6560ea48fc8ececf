package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.util.List;

/**
 * A time in which alerts with certain labels are not sent.
 *
 * @param id a UUID
 * @param matchers all must match
 * @param startsAtMillis from then on
 * @param endsAtMillis until then, not included
 * @param createdBy who asked for it
 * @param comment why
 * @param updatedAtMillis last change
 */
public record Silence(
    String id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment, long updatedAtMillis) {
  /** Where a silence is in its life. */
  public enum State {
    PENDING,
    ACTIVE,
    EXPIRED
  }

  public State stateAt(long atMillis) {
    if (atMillis < startsAtMillis) {
      return State.PENDING;
    }
    return atMillis < endsAtMillis ? State.ACTIVE : State.EXPIRED;
  }

  public boolean matches(Labels labels) {
    return matchers.stream().allMatch(m -> m.matches(labels));
  }

  /** Whether it keeps an alert back at this time. */
  public boolean mutes(Labels labels, long atMillis) {
    return stateAt(atMillis) == State.ACTIVE && matches(labels);
  }

  Silence endingAt(long endMillis, long nowMillis) {
    return new Silence(id, matchers, Math.min(startsAtMillis, endMillis), endMillis, createdBy, comment, nowMillis);
  }
}
