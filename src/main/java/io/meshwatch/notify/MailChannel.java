package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.mail.AlertExpression;
import io.meshwatch.notify.mail.AlertMail;
import io.meshwatch.notify.mail.Curve;
import io.meshwatch.notify.mail.CurveSource;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.MailTransport;
import io.meshwatch.notify.mail.Severity;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications as mails through one relay. Confined to one thread at a time. */
final class MailChannel implements Channel {
  private static final Logger LOG = LoggerFactory.getLogger(MailChannel.class);
  /** A mail that waited longer says so. */
  private static final long LATE_MILLIS = 120_000;
  private static final int CHARTS_MAX = 3;
  /** A chart shows at least an hour, and some time before the alert. */
  private static final long CHART_MIN_MILLIS = 3_600_000;
  private static final long CHART_BEFORE_MILLIS = 1_800_000;
  private static final long CHART_MAX_MILLIS = 86_400_000;

  private final MailTransport transport;
  private final MailComposer composer;
  private final CurveSource curves;
  private final Style style;
  private String lastTemplateFailure = "";

  /**
   * What all mails have in common.
   *
   * @param idDomain domain of message ids
   */
  record Style(String installation, String pageUrl, ZoneId zone, int alertsMax, String idDomain) {
    static String idDomain(String senderAddress) {
      return MailAddress.domain(senderAddress);
    }
  }

  MailChannel(MailTransport transport, MailComposer composer, CurveSource curves, Style style) {
    this.curves = curves;
    this.transport = transport;
    this.composer = composer;
    this.style = style;
  }

  @Override
  public Sent send(Parcel parcel) throws InterruptedException {
    MailMessage message = withTemplates(parcel, composer.compose(model(parcel), parcel.destination().address(),
        withDomain(parcel.messageId()), parcel.references().stream().map(this::withDomain).toList()));
    return new Sent(message.subject(), transport.send(message));
  }

  /** A digest is about more than a template of Alertmanager's knows of, so it is ours. */
  private MailMessage withTemplates(Parcel parcel, MailMessage ours) {
    Optional<MailTemplates> templates = parcel.destination() instanceof Destination.Mail mail ? mail.templates() : Optional.empty();
    return templates.isEmpty() || parcel.isDigest()
        ? ours
        : templates.get().applied(ours, parcel.notifications().getFirst(), style.pageUrl(), parcel.madeAtMillis(), this::templateFailed);
  }

  /** The same failure is said once, not with each mail. */
  private void templateFailed(String sentence) {
    if (!sentence.equals(lastTemplateFailure)) {
      LOG.warn("{}", sentence);
      lastTemplateFailure = sentence;
    }
  }

  private ZoneId zone(Parcel parcel) {
    return parcel.destination() instanceof Destination.Mail mail ? mail.zone().orElse(style.zone()) : style.zone();
  }

  private AlertMail model(Parcel parcel) throws InterruptedException {
    boolean late = parcel.attempts() > 0 && parcel.madeAtMillis() - parcel.waitingSinceMillis() > LATE_MILLIS;
    return new AlertMail(
        style.installation(),
        style.pageUrl(),
        zone(parcel),
        parcel.madeAtMillis(),
        parcel.alerts(Notification::news),
        parcel.alerts(Notification::resolved),
        parcel.alerts(Notification::missed),
        parcel.alerts(Notification::still),
        late ? parcel.waitingSinceMillis() : 0,
        style.alertsMax(),
        care(parcel),
        charts(parcel));
  }

  private static Map<Labels, String> care(Parcel parcel) {
    Map<Labels, String> care = new HashMap<>();
    parcel.notifications().forEach(each -> each.care().forEach((alert, taken) -> care.put(alert,
        (taken.author().isEmpty() ? "Somebody" : taken.author()) + " takes care of it" + (taken.comment().isEmpty() ? "." : ": " + taken.comment()))));
    return care;
  }

  /** Charts of the worst alerts of the news; without news, of what is over or still fires. */
  private Map<Labels, AlertMail.Chart> charts(Parcel parcel) throws InterruptedException {
    List<Alert> about = Stream.of(parcel.alerts(Notification::news), parcel.alerts(Notification::resolved), parcel.alerts(Notification::still))
        .filter(part -> !part.isEmpty()).findFirst().orElse(List.of());
    Map<Labels, AlertMail.Chart> charts = new HashMap<>();
    for (Alert alert : about.stream().sorted(Severity.WORST_FIRST).limit(CHARTS_MAX).toList()) {
      long from = Math.min(alert.startsAtMillis() - CHART_BEFORE_MILLIS, parcel.madeAtMillis() - CHART_MIN_MILLIS);
      Optional<Curve> curve = curves.curve(alert, Math.max(from, parcel.madeAtMillis() - CHART_MAX_MILLIS), parcel.madeAtMillis());
      boolean drawable = curve.isPresent() && Arrays.stream(curve.get().values()).anyMatch(Double::isFinite);
      if (drawable) {
        charts.put(alert.labels(), new AlertMail.Chart(curve.get(), AlertExpression.of(alert).map(AlertExpression::threshold).orElse(OptionalDouble.empty())));
      }
    }
    return charts;
  }

  private String withDomain(String id) {
    return id + "@" + style.idDomain();
  }

  @Override
  public void rest() {
    transport.rest();
  }
}
