package io.meshwatch.rules;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.OptionalDouble;

/**
 * One alert of a rule at one time.
 *
 * @param labels its identity, with {@code alertname}
 * @param annotations expanded texts
 * @param source labels of the expression's result, to find it again
 * @param phase where it stands
 * @param value the expression's last value
 * @param resolvedValue what the compared value was when it was resolved, if that is known
 * @param activeAtMillis since when there is a result
 * @param firedAtMillis when it began to fire; 0 = not yet
 * @param resolvedAtMillis when it was resolved; 0 = not yet
 * @param keepFiringSinceMillis when its result was gone while it is kept firing; 0 = there is a result
 * @param lastSentMillis when it was last handed to notification; 0 = never
 * @param validUntilMillis until when notification believes that it fires, unless it is sent again
 * @param dataMissing whether it is only kept because its target does not answer
 */
public record ActiveAlert(
    Labels labels,
    Labels annotations,
    Labels source,
    Phase phase,
    double value,
    OptionalDouble resolvedValue,
    long activeAtMillis,
    long firedAtMillis,
    long resolvedAtMillis,
    long keepFiringSinceMillis,
    long lastSentMillis,
    long validUntilMillis,
    boolean dataMissing) {
  /** Where an alert stands, as Prometheus names it. */
  public enum Phase {
    INACTIVE("inactive"),
    PENDING("pending"),
    FIRING("firing");

    private final String text;

    Phase(String text) {
      this.text = text;
    }

    /** The name in the HTTP API and in the label {@code alertstate}. */
    public String text() {
      return text;
    }
  }

  static ActiveAlert pending(Labels labels, Labels annotations, Labels source, double value, long atMillis) {
    return new ActiveAlert(
        labels, annotations, source, Phase.PENDING, value, OptionalDouble.empty(), atMillis, 0, 0, 0, 0, 0, false);
  }

  /** Pending or firing. */
  public boolean isActive() {
    return phase != Phase.INACTIVE;
  }

  /** This alert with the value and texts of a new result. */
  ActiveAlert seenAgain(ActiveAlert hit) {
    return new ActiveAlert(labels, hit.annotations, hit.source, phase, hit.value, OptionalDouble.empty(), activeAtMillis,
        firedAtMillis, 0, 0, lastSentMillis, validUntilMillis, false);
  }

  ActiveAlert fired(long atMillis) {
    return new ActiveAlert(labels, annotations, source, Phase.FIRING, value, resolvedValue, activeAtMillis, atMillis,
        resolvedAtMillis, keepFiringSinceMillis, lastSentMillis, validUntilMillis, dataMissing);
  }

  ActiveAlert resolved(long atMillis) {
    return new ActiveAlert(labels, annotations, source, Phase.INACTIVE, value, resolvedValue, activeAtMillis, firedAtMillis,
        atMillis, 0, lastSentMillis, validUntilMillis, false);
  }

  ActiveAlert withResolvedValue(double newValue) {
    return new ActiveAlert(labels, annotations, source, phase, value, OptionalDouble.of(newValue), activeAtMillis, firedAtMillis,
        resolvedAtMillis, keepFiringSinceMillis, lastSentMillis, validUntilMillis, dataMissing);
  }

  /** Kept firing from this time on, unless it already is. */
  ActiveAlert keptFiringSince(long atMillis) {
    long since = keepFiringSinceMillis == 0 ? atMillis : keepFiringSinceMillis;
    return new ActiveAlert(labels, annotations, source, phase, value, resolvedValue, activeAtMillis, firedAtMillis,
        resolvedAtMillis, since, lastSentMillis, validUntilMillis, false);
  }

  ActiveAlert missingData() {
    return new ActiveAlert(labels, annotations, source, phase, value, resolvedValue, activeAtMillis, firedAtMillis,
        resolvedAtMillis, keepFiringSinceMillis, lastSentMillis, validUntilMillis, true);
  }

  ActiveAlert activeSince(long atMillis) {
    return new ActiveAlert(labels, annotations, source, phase, value, resolvedValue, atMillis, firedAtMillis,
        resolvedAtMillis, keepFiringSinceMillis, lastSentMillis, validUntilMillis, dataMissing);
  }

  ActiveAlert sent(long atMillis, long newValidUntilMillis) {
    return new ActiveAlert(labels, annotations, source, phase, value, resolvedValue, activeAtMillis, firedAtMillis,
        resolvedAtMillis, keepFiringSinceMillis, atMillis, newValidUntilMillis, dataMissing);
  }

  /** Whether notification should hear of it now: at once when it fires or is resolved, then again and again. */
  boolean needsSending(long atMillis, long resendDelayMillis) {
    if (phase == Phase.PENDING) {
      return false;
    }
    return lastSentMillis == 0 || resolvedAtMillis > lastSentMillis || lastSentMillis + resendDelayMillis < atMillis;
  }

  /** As notification takes it. */
  Alert toAlert(long atMillis, long newValidUntilMillis, String generatorUrl) {
    boolean resolved = resolvedAtMillis != 0;
    return new Alert(labels, annotations, firedAtMillis, resolved ? resolvedAtMillis : newValidUntilMillis, atMillis, generatorUrl,
        resolved ? resolvedValue : OptionalDouble.of(value));
  }
}
