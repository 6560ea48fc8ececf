package io.meshwatch.notify;

import io.meshwatch.notify.mail.AlertMail;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.MailTransport;
import java.time.ZoneId;

/** Notifications as mails through one relay. Confined to one thread at a time. */
final class MailChannel implements Channel {
  /** A mail that waited longer says so. */
  private static final long LATE_MILLIS = 120_000;

  private final MailTransport transport;
  private final MailComposer composer;
  private final Style style;

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

  MailChannel(MailTransport transport, MailComposer composer, Style style) {
    this.transport = transport;
    this.composer = composer;
    this.style = style;
  }

  @Override
  public Sent send(Parcel parcel) throws InterruptedException {
    MailMessage message = composer.compose(
        model(parcel), parcel.destination().address(), withDomain(parcel.messageId()), parcel.references().stream().map(this::withDomain).toList());
    return new Sent(message.subject(), transport.send(message));
  }

  private AlertMail model(Parcel parcel) {
    boolean late = parcel.attempts() > 0 && parcel.madeAtMillis() - parcel.waitingSinceMillis() > LATE_MILLIS;
    return new AlertMail(
        style.installation(),
        style.pageUrl(),
        style.zone(),
        parcel.madeAtMillis(),
        parcel.alerts(Notification::news),
        parcel.alerts(Notification::resolved),
        parcel.alerts(Notification::missed),
        parcel.alerts(Notification::still),
        late ? parcel.waitingSinceMillis() : 0,
        style.alertsMax());
  }

  private String withDomain(String id) {
    return id + "@" + style.idDomain();
  }

  @Override
  public void rest() {
    transport.rest();
  }
}
