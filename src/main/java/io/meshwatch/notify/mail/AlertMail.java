package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What one mail tells about alerts, before it has words: the model of subject, text and HTML.
 *
 * @param installation which installation this is about; may be empty
 * @param pageUrl address of meshwatch's page without a slash at the end; empty = no links
 * @param zone where the reader's clock is
 * @param sentAtMillis now
 * @param news alerts that began to fire since the last mail
 * @param resolved alerts that the reader knew of and that are over
 * @param missed alerts that began and ended while no mail could be delivered
 * @param still alerts that the reader knows of and that fire on
 * @param delayedSinceMillis since when this mail waits for the relay; 0 if it does not
 * @param alertsShownMax how many alerts are written out; the rest is counted
 * @param care what is being done about alerts and by whom, by their labels
 * @param charts how the values of some alerts went on, by their labels
 */
public record AlertMail(
    String installation,
    String pageUrl,
    ZoneId zone,
    long sentAtMillis,
    List<Alert> news,
    List<Alert> resolved,
    List<Alert> missed,
    List<Alert> still,
    long delayedSinceMillis,
    int alertsShownMax,
    Map<Labels, String> care,
    Map<Labels, Chart> charts) {
  /** A curve with the number that it is compared with. */
  public record Chart(Curve curve, OptionalDouble threshold) {}

  /** How many alerts it is about. */
  public int size() {
    return news.size() + resolved.size() + missed.size() + still.size();
  }

  /** Whether something critical fires. */
  public boolean urgent() {
    return Stream.concat(news.stream(), still.stream()).anyMatch(a -> Severity.of(a) == Severity.CRITICAL);
  }
}
