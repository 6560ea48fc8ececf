package io.meshwatch.notify.mail;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in one sentence why a relay could not be used and what to look at. */
final class SmtpTrouble {
  private SmtpTrouble() {}

  static String explain(MessagingException failure, MailSettings settings) {
    String relay = settings.host() + ":" + settings.effectivePort();
    if (failure instanceof AuthenticationFailedException) {
      return "the relay " + relay + " refuses the login of '" + settings.username() + "': " + words(failure);
    }
    Throwable root = root(failure);
    return switch (root) {
      case UnknownHostException e -> "the relay's name '" + settings.host() + "' is not known; check mail.host";
      case ConnectException e -> "the relay " + relay + " refused the connection; is it running, is mail.port right?";
      case SocketTimeoutException e -> "the relay " + relay + " did not answer in time";
      case SSLException e -> tls(relay, e, settings);
      default -> "the relay " + relay + " cannot be used: " + words(root);
    };
  }

  private static String tls(String relay, SSLException failure, MailSettings settings) {
    String words = words(failure);
    if (words.contains("Unsupported or unrecognized SSL message")) {
      return "the relay " + relay + " does not speak TLS from the first byte; use starttls or another port";
    }
    String hint = settings.caFile().isPresent() ? "; is it signed by " + settings.caFile().get() + "?" : "; name its CA in mail.caFile";
    return "the certificate of the relay " + relay + " is not trusted (" + words + ")" + hint;
  }

  private static Throwable root(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; depth < 10; depth++) {
      Throwable next = at instanceof MessagingException m && m.getNextException() != null ? m.getNextException() : at.getCause();
      if (next == null) {
        return at;
      }
      // The validator's own causes tell less than the TLS failure.
      if (at instanceof SSLException) {
        return at;
      }
      at = next;
    }
    return at;
  }

  private static String words(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : MimeWriter.oneLine(message);
  }
}
