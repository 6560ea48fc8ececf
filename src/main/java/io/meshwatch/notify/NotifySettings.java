package io.meshwatch.notify;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is told about alerts, and when.
 *
 * @param timeZone where the readers' clocks are, such as {@code Europe/Berlin}
 * @param grouping how alerts are put together and how often mails are sent
 * @param digest the same for alerts of severity {@code info}
 * @param addressFilters restricts what single mailboxes get; a mailbox without an entry gets everything
 * @param receivers further receivers, for {@code routes}
 * @param routes tried in order before the usual mail
 * @param shippedInhibitions whether the inhibitions that belong to the shipped rules apply
 * @param inhibitions further ones
 * @param timeIntervals recurring times, for {@code routes}
 * @param maintenance recurring times in which certain alerts are not sent
 * @param heartbeatUrl address outside that raises its own alarm when it is no longer called; called while Watchdog fires
 * @param heartbeatSeconds how often
 * @param secondChannel a way out for what mail cannot deliver
 * @param alertmanagerFile an existing {@code alertmanager.yml} that replaces routes, receivers, inhibitions and time intervals
 * @param alertmanagers external Alertmanagers that get every alert too
 * @param resolveTimeoutSeconds how long an alert from outside counts as firing when it does not say
 * @param silenceRetentionSeconds how long an expired silence is remembered
 * @param alertsMax so many alerts are kept
 * @param silencesMax so many silences are kept
 * @param historyMax so many lines of history are kept
 * @param mailAlertsMax so many alerts are written out in one mail, the rest is counted
 * @param digestAbove more mails than this waiting for one mailbox leave as one digest
 * @param mailBurst mails to one mailbox without a pause
 * @param mailPauseSeconds after the burst, one mail per so much time
 * @param retryFirstSeconds wait after the first failed attempt; doubles with each further one
 * @param retryMaxSeconds longest wait between attempts
 */
public record NotifySettings(
    String timeZone,
    GroupingSettings grouping,
    GroupingSettings digest,
    List<AddressFilter> addressFilters,
    List<ReceiverSettings> receivers,
    List<RouteSettings> routes,
    boolean shippedInhibitions,
    List<InhibitionSettings> inhibitions,
    List<TimeIntervalSettings> timeIntervals,
    List<MaintenanceSettings> maintenance,
    Optional<Secret> heartbeatUrl,
    double heartbeatSeconds,
    Optional<SecondChannelSettings> secondChannel,
    Optional<String> alertmanagerFile,
    List<AlertmanagerSettings> alertmanagers,
    double resolveTimeoutSeconds,
    double silenceRetentionSeconds,
    int alertsMax,
    int silencesMax,
    int historyMax,
    int mailAlertsMax,
    int digestAbove,
    int mailBurst,
    double mailPauseSeconds,
    double retryFirstSeconds,
    double retryMaxSeconds) {
  /**
   * How alerts are put together.
   *
   * @param by labels whose values make a group
   * @param groupWaitSeconds from a group's first alert to its first mail
   * @param groupIntervalSeconds between mails about changes in one group
   * @param repeatIntervalSeconds after which a mail about what still fires is sent again
   */
  public record GroupingSettings(List<String> by, double groupWaitSeconds, double groupIntervalSeconds, double repeatIntervalSeconds) {
    public static GroupingSettings defaults() {
      return new GroupingSettings(List.of("alertname", "job", "host", "platform"), 45, 300, 43_200);
    }
  }

  /**
   * What one mailbox gets.
   *
   * @param address as it stands in the lists of addresses
   * @param severities only these; empty = all
   * @param components only alerts about these; empty = all
   * @param timeZone where its reader's clock is; empty = as in all mails
   */
  public record AddressFilter(String address, List<String> severities, List<String> components, String timeZone) {
    public static AddressFilter defaults() {
      return new AddressFilter("", List.of(), List.of(), "");
    }
  }

  /**
   * A name for places to send to.
   *
   * @param name for routes
   * @param mailTo mailboxes
   * @param webhooks programs that take Alertmanager's JSON
   */
  public record ReceiverSettings(String name, List<String> mailTo, List<WebhookSettings> webhooks) {
    public static ReceiverSettings defaults() {
      return new ReceiverSettings("", List.of(), List.of());
    }
  }

  /**
   * A program that takes Alertmanager's JSON, or a body of its own.
   *
   * @param url absolute, http or https
   * @param username login; empty = none
   * @param password of the login
   * @param bearerToken for the header Authorization; empty = none
   * @param caFile PEM with the certificates its own must be signed by; empty = the JDK's own
   * @param payload template of the JSON that is sent; empty = Alertmanager's
   * @param alertsMax so many alerts are written out; 0 = all
   * @param sendResolved whether it is told that alerts are over
   * @param timeoutSeconds for the whole exchange
   * @param oauth2 where a token instead of a login comes from
   * @param proxyUrl through which proxy it is asked; empty = none
   */
  public record WebhookSettings(
      Secret url,
      String username,
      Secret password,
      Secret bearerToken,
      Optional<String> caFile,
      String payload,
      int alertsMax,
      boolean sendResolved,
      double timeoutSeconds,
      Optional<MailSettings.OAuth2> oauth2,
      Secret proxyUrl) {
    public static WebhookSettings defaults() {
      return new WebhookSettings(Secret.EMPTY, "", Secret.EMPTY, Secret.EMPTY, Optional.empty(), "", 0, true, 10, Optional.empty(), Secret.EMPTY);
    }
  }

  /**
   * One line of the list of routes.
   *
   * @param matchers such as {@code severity="critical"}; all must match
   * @param receiver one of the receivers, or {@code mail} for the usual mailboxes, or {@code none}
   * @param goOn whether the lines below are tried too; the last is the usual mail
   * @param grouping empty = as usual
   * @param muteTimes names of time intervals in which nothing is sent
   * @param activeTimes names of the only time intervals in which something is sent
   */
  public record RouteSettings(
      List<String> matchers,
      String receiver,
      boolean goOn,
      Optional<GroupingSettings> grouping,
      List<String> muteTimes,
      List<String> activeTimes) {
    public static RouteSettings defaults() {
      return new RouteSettings(List.of(), "mail", false, Optional.empty(), List.of(), List.of());
    }
  }

  /**
   * While an alert matches the source, alerts that match the target are not sent.
   *
   * @param source matchers
   * @param target matchers
   * @param equal labels that must have the same value on both sides
   */
  public record InhibitionSettings(List<String> source, List<String> target, List<String> equal) {
    public static InhibitionSettings defaults() {
      return new InhibitionSettings(List.of(), List.of(), List.of());
    }
  }

  /**
   * A recurring time; empty lists do not restrict.
   *
   * @param name for routes
   * @param times such as {@code 09:00-17:00}
   * @param weekdays such as {@code monday:friday}
   * @param daysOfMonth such as {@code 1:5} or {@code -3:-1}
   * @param months such as {@code march} or {@code 6:8}
   * @param years such as {@code 2026:2027}
   * @param timeZone empty = as in all mails
   */
  public record TimeIntervalSettings(
      String name, List<String> times, List<String> weekdays, List<String> daysOfMonth, List<String> months, List<String> years, String timeZone) {
    public static TimeIntervalSettings defaults() {
      return new TimeIntervalSettings("", List.of(), List.of(), List.of(), List.of(), List.of(), "");
    }
  }

  /**
   * A recurring silence.
   *
   * @param name shown where an alert is kept back by it
   * @param matchers which alerts; at least one
   * @param timeIntervals names of time intervals
   */
  public record MaintenanceSettings(String name, List<String> matchers, List<String> timeIntervals) {}

  /**
   * Another way out: one of webhook and relay.
   *
   * @param webhook a program
   * @param relay another mail relay
   * @param address the mailbox behind that relay
   * @param afterSeconds how long a mail must have waited
   */
  public record SecondChannelSettings(Optional<WebhookSettings> webhook, Optional<MailSettings> relay, String address, double afterSeconds) {
    public static SecondChannelSettings defaults() {
      return new SecondChannelSettings(Optional.empty(), Optional.empty(), "", 900);
    }
  }

  /**
   * An external Alertmanager that gets every alert by its API v2.
   *
   * @param url absolute, http or https, without {@code /api}
   * @param username login; empty = none
   * @param password of the login
   * @param bearerToken for the header Authorization; empty = none
   * @param caFile PEM with the certificates its own must be signed by; empty = the JDK's own
   * @param timeoutSeconds for each exchange
   * @param oauth2 where a token instead of a login comes from
   * @param proxyUrl through which proxy it is asked; empty = none
   */
  public record AlertmanagerSettings(
      String url,
      String username,
      Secret password,
      Secret bearerToken,
      Optional<String> caFile,
      double timeoutSeconds,
      Optional<MailSettings.OAuth2> oauth2,
      Secret proxyUrl) {
    public static AlertmanagerSettings defaults() {
      return new AlertmanagerSettings("", "", Secret.EMPTY, Secret.EMPTY, Optional.empty(), 10, Optional.empty(), Secret.EMPTY);
    }
  }

  public static NotifySettings defaults() {
    return new NotifySettings(
        "UTC",
        GroupingSettings.defaults(),
        new GroupingSettings(List.of("component"), 600, 21_600, 86_400),
        List.of(),
        List.of(),
        List.of(),
        true,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        300,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        300,
        432_000,
        50_000,
        10_000,
        10_000,
        20,
        10,
        20,
        30,
        5,
        60);
  }

  /** These settings with other intervals for mails, for installations and tests that cannot wait. */
  public NotifySettings withGrouping(GroupingSettings newGrouping) {
    return new NotifySettings(timeZone, newGrouping, digest, addressFilters, receivers, routes, shippedInhibitions, inhibitions,
        timeIntervals, maintenance, heartbeatUrl, heartbeatSeconds, secondChannel, alertmanagerFile, alertmanagers, resolveTimeoutSeconds,
        silenceRetentionSeconds, alertsMax, silencesMax, historyMax, mailAlertsMax, digestAbove, mailBurst, mailPauseSeconds,
        retryFirstSeconds, retryMaxSeconds);
  }

  /** These settings with another {@code alertmanager.yml}. */
  public NotifySettings withAlertmanagerFile(String file) {
    return new NotifySettings(timeZone, grouping, digest, addressFilters, receivers, routes, shippedInhibitions, inhibitions,
        timeIntervals, maintenance, heartbeatUrl, heartbeatSeconds, secondChannel, Optional.of(file), alertmanagers, resolveTimeoutSeconds,
        silenceRetentionSeconds, alertsMax, silencesMax, historyMax, mailAlertsMax, digestAbove, mailBurst, mailPauseSeconds,
        retryFirstSeconds, retryMaxSeconds);
  }

  OutboxLimits outboxLimits() {
    return new OutboxLimits(digestAbove, mailBurst, millis(mailPauseSeconds), millis(retryFirstSeconds), millis(retryMaxSeconds));
  }

  static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }

  /** Mistakes that types cannot tell, each with the field in {@code where.field}. */
  public List<Problem> check(String where, Installation installation) {
    List<Problem> problems = new ArrayList<>(new NotifySettingsCheck(where, installation, this).problems());
    installation.mail().ifPresent(mail -> problems.addAll(mail.check("mail")));
    return problems;
  }
}
