package io.meshwatch.notify.mail;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Network;
import io.meshwatch.model.Secret;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * Mail over SMTP by Angus Mail. Keeps its connection between mails until {@link #rest}. Confined to one thread at a time.
 *
 * <p>What a reply means: 4xx is tried again; 5xx about the recipient or the content is final; 5xx about the login, the sender or
 * the connection is a mistake in the settings, so mails wait until somebody mends it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1">RFC 5321, reply codes</a>
 */
public final class SmtpTransport implements MailTransport {
  private static final int DIALOGUE_BYTES_MAX = 64 * 1024;

  private final MailSettings settings;
  /** Null if the relay takes a password or nothing. */
  private final @Nullable AccessTokens tokens;
  private @Nullable Session session;
  private @Nullable SMTPTransport connection;

  /** Logs in with tokens from {@code network} where the settings say so. */
  public SmtpTransport(MailSettings settings, Network network, Clock clock) {
    this.settings = settings;
    this.tokens = settings.oauth2().map(oauth -> new AccessTokens(network, clock, TokenSource.of(oauth))).orElse(null);
  }

  @Override
  public Delivery send(MailMessage message) throws InterruptedException {
    boolean kept = connection != null;
    Delivery delivery = attempt(message);
    // A relay may close a connection it finds idle; that says nothing about the mail.
    if (kept && connection == null && delivery instanceof Delivery.Delayed delayed && delayed.code() == 0 && !delayed.perhapsTaken()) {
      return attempt(message);
    }
    return delivery;
  }

  private Delivery attempt(MailMessage message) throws InterruptedException {
    try {
      Session opened = session();
      SMTPTransport open = connect(opened);
      MimeMessage mime = MimeWriter.write(opened, settings, message);
      open.sendMessage(mime, mime.getAllRecipients());
      return new Delivery.Accepted(open.getLastReturnCode(), oneLine(open.getLastServerResponse()));
    } catch (SendFailedException e) {
      Delivery delivery = sendFailure(e, message);
      if (delivery instanceof Delivery.Delayed delayed && delayed.everything()) {
        rest();
      }
      return delivery;
    } catch (AccessTokens.NoTokenException e) {
      rest();
      return new Delivery.Delayed(0, oneLine(e.getMessage()), true);
    } catch (MessagingException e) {
      int code = lastCode();
      rest();
      if (tokens != null) {
        tokens.forget();
      }
      return new Delivery.Delayed(code, SmtpTrouble.explain(e, settings), true);
    }
  }

  private Session session() {
    Session opened = session;
    if (opened == null) {
      opened = Session.getInstance(SmtpProperties.of(settings));
      session = opened;
    }
    return opened;
  }

  private SMTPTransport connect(Session opened) throws MessagingException, AccessTokens.NoTokenException, InterruptedException {
    SMTPTransport open = connection;
    if (open != null && open.isConnected()) {
      return open;
    }
    String protocol = settings.effectiveSecurity() == MailSettings.Security.IMPLICIT ? "smtps" : "smtp";
    open = (SMTPTransport) opened.getTransport(protocol);
    connection = open;
    if (settings.logsIn()) {
      open.connect(settings.host(), settings.effectivePort(), settings.username(), password().reveal());
    } else {
      open.connect(settings.host(), settings.effectivePort(), null, null);
    }
    return open;
  }

  private Secret password() throws AccessTokens.NoTokenException, InterruptedException {
    AccessTokens source = tokens;
    return source == null ? settings.password() : source.token();
  }

  private Delivery sendFailure(SendFailedException failure, MailMessage message) {
    for (Exception e = failure; e != null; e = e instanceof MessagingException m ? m.getNextException() : null) {
      if (e instanceof SMTPAddressFailedException refused) {
        return judge(refused.getReturnCode(), message.recipient() + ": " + oneLine(refused.getMessage()));
      }
      if (e instanceof SMTPSenderFailedException refused) {
        return new Delivery.Delayed(refused.getReturnCode(),
            "the relay " + settings.host() + " does not take mail from " + settings.sender().address() + ": " + oneLine(refused.getMessage()), true);
      }
    }
    if (failure instanceof SMTPSendFailedException refused && refused.getReturnCode() < 0) {
      return new Delivery.Delayed(0, "the relay " + settings.host() + " went away without an answer; the mail may have arrived", true, true);
    }
    if (failure instanceof SMTPSendFailedException refused) {
      return judge(refused.getReturnCode(), oneLine(refused.getMessage()));
    }
    return new Delivery.Delayed(0, oneLine(failure.getMessage()), true);
  }

  private static Delivery judge(int code, String text) {
    boolean relayClosing = code == 421;
    boolean loginWanted = code == 530 || code == 535 || code == 538;
    if (code >= 500 && !loginWanted) {
      return new Delivery.Refused(code, text);
    }
    return new Delivery.Delayed(code, text, relayClosing || loginWanted || code < 400);
  }

  private int lastCode() {
    SMTPTransport open = connection;
    int code = open == null ? 0 : open.getLastReturnCode();
    return code >= 400 ? code : 0;
  }

  @Override
  public Dialogue test(MailMessage message) throws InterruptedException {
    rest();
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    Properties properties = SmtpProperties.of(settings);
    Session talking = Session.getInstance(properties);
    talking.setDebugOut(new PrintStream(log, true, StandardCharsets.UTF_8));
    talking.setDebug(true);
    session = talking;
    try {
      Delivery delivery = attempt(message);
      return new Dialogue(SmtpDialogueFilter.lines(log, DIALOGUE_BYTES_MAX), delivery);
    } finally {
      rest();
      session = null;
    }
  }

  @Override
  public void rest() {
    SMTPTransport open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (MessagingException e) {
        // The relay was gone before we said goodbye; every mail has its answer already.
      }
    }
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "" : MimeWriter.oneLine(text.strip());
  }
}
