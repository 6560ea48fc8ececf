package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Optional;

/**
 * An alert with what happens to its notifications.
 *
 * @param alert the alert
 * @param fingerprint of its labels, in hexadecimal
 * @param silencedBy ids of silences and names of maintenance windows
 * @param inhibitedBy the firing alert that holds it back
 * @param mutedBy names of time intervals in which its routes send nothing
 * @param receivers who is told, by routes
 * @param acknowledged who takes care of it
 */
public record AlertView(
    Alert alert, String fingerprint, List<String> silencedBy, Optional<Labels> inhibitedBy, List<String> mutedBy, List<String> receivers,
    Optional<Acknowledgement> acknowledged) {
  /** Whether nobody is told now although it fires. */
  public boolean suppressed() {
    return !silencedBy.isEmpty() || inhibitedBy.isPresent();
  }
}
