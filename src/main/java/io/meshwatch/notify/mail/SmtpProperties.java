package io.meshwatch.notify.mail;

import io.meshwatch.notify.mail.MailSettings.Security;
import java.util.Properties;

/** Mail settings in the library's words. */
final class SmtpProperties {
  private SmtpProperties() {}

  static Properties of(MailSettings settings) {
    Security security = settings.effectiveSecurity();
    String prefix = security == Security.IMPLICIT ? "mail.smtps." : "mail.smtp.";
    Properties properties = new Properties();
    properties.put(prefix + "auth", Boolean.toString(settings.logsIn()));
    properties.put(prefix + "connectiontimeout", millis(settings.connectTimeoutSeconds()));
    properties.put(prefix + "timeout", millis(settings.readTimeoutSeconds()));
    properties.put(prefix + "writetimeout", millis(settings.writeTimeoutSeconds()));
    properties.put(prefix + "localhost", helloName(settings));
    properties.put(prefix + "quitwait", "false");
    properties.put(prefix + "starttls.enable", Boolean.toString(security == Security.OPPORTUNISTIC || security == Security.REQUIRED));
    properties.put(prefix + "starttls.required", Boolean.toString(security == Security.REQUIRED));
    settings.oauth2().ifPresent(oauth -> properties.put(prefix + "auth.mechanisms", "XOAUTH2"));
    if (security != Security.NONE) {
      tls(properties, prefix, settings, security);
    }
    return properties;
  }

  private static void tls(Properties properties, String prefix, MailSettings settings, Security security) {
    // Encryption that is optional guards against listeners only: refusing an unknown certificate would fall back to no TLS at all.
    boolean anyCertificate = settings.insecureSkipVerify() || (security == Security.OPPORTUNISTIC && settings.caFile().isEmpty());
    properties.put(prefix + "ssl.checkserveridentity", Boolean.toString(!anyCertificate));
    if (anyCertificate) {
      properties.put(prefix + "ssl.trust", "*");
    }
    settings.caFile().ifPresent(file -> properties.put(prefix + "ssl.socketFactory", RelayTrust.socketFactory(file)));
  }

  private static String millis(double seconds) {
    return Long.toString(Math.max(1, Math.round(seconds * 1000)));
  }

  private static String helloName(MailSettings settings) {
    return settings.helloName().isEmpty() ? MailAddress.domain(settings.sender().address()) : settings.helloName();
  }
}
