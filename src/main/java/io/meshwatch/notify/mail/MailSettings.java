package io.meshwatch.notify.mail;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The relay and the sender: the record that meshStack uses for its own mail, with a few fields more.
 *
 * @param enabled false = no mail is sent, alerts only show on the page
 * @param host name or address of the relay
 * @param port 0 = 465 with implicit TLS, else 587 with a login, else 25
 * @param username empty = no login
 * @param password of the login
 * @param sender who the mail is from
 * @param smtp TLS and login, as meshStack says it
 * @param security none, opportunistic, required or implicit; empty = from {@code smtp}
 * @param caFile PEM with the certificates the relay's must be signed by; empty = the JDK's own
 * @param insecureSkipVerify accepts any certificate of the relay: for tests, never a default
 * @param helloName how meshwatch calls itself to the relay; empty = the domain of the sender's address
 * @param connectTimeoutSeconds until the relay takes the connection
 * @param readTimeoutSeconds for each of its answers
 * @param writeTimeoutSeconds for each of our lines
 * @param oauth2 logs in with an access token instead of the password
 */
public record MailSettings(
    boolean enabled,
    String host,
    int port,
    String username,
    Secret password,
    Sender sender,
    Smtp smtp,
    Optional<Security> security,
    Optional<String> caFile,
    boolean insecureSkipVerify,
    String helloName,
    double connectTimeoutSeconds,
    double readTimeoutSeconds,
    double writeTimeoutSeconds,
    Optional<OAuth2> oauth2) {
  /**
   * Where access tokens come from, for relays that take them instead of a password (XOAUTH2).
   *
   * @param tokenUrl address that gives tokens
   * @param clientId name of the client there
   * @param clientSecret its password there
   * @param refreshToken what a user once allowed; empty = the client's own right
   * @param scope what the token is for; empty = as the other side thinks
   */
  public record OAuth2(String tokenUrl, String clientId, Secret clientSecret, Secret refreshToken, String scope) {
    public static OAuth2 defaults() {
      return new OAuth2("", "", Secret.EMPTY, Secret.EMPTY, "");
    }
  }

  /** How the connection to the relay is protected. */
  public enum Security {
    /** Plain text. */
    NONE,
    /** STARTTLS if the relay offers it. */
    OPPORTUNISTIC,
    /** STARTTLS or no mail. */
    REQUIRED,
    /** TLS from the first byte, usually on port 465. */
    IMPLICIT
  }

  /**
   * Who the mail is from.
   *
   * @param address what recipients see
   * @param replyTo where answers go; empty = to the address
   */
  public record Sender(String address, Optional<String> replyTo) {
    public static Sender defaults() {
      return new Sender("meshwatch@localhost", Optional.empty());
    }
  }

  /**
   * TLS and login.
   *
   * @param ssl TLS from the first byte
   * @param starttls an upgrade to TLS that must succeed
   * @param auth whether to log in; empty = if there is a username
   */
  public record Smtp(Switch ssl, Switch starttls, Optional<Boolean> auth) {
    public static Smtp defaults() {
      return new Smtp(Switch.defaults(), Switch.defaults(), Optional.empty());
    }
  }

  /** On or off. */
  public record Switch(boolean enable) {
    public static Switch defaults() {
      return new Switch(false);
    }
  }

  public static MailSettings defaults() {
    return new MailSettings(true, "localhost", 0, "", Secret.EMPTY, Sender.defaults(), Smtp.defaults(), Optional.empty(),
        Optional.empty(), false, "", 10, 60, 60, Optional.empty());
  }

  /** Plain SMTP to a relay, without login: for tests and the quickstart. */
  public static MailSettings plain(String host, int port, String senderAddress) {
    MailSettings d = defaults();
    return new MailSettings(true, host, port, "", Secret.EMPTY, new Sender(senderAddress, Optional.empty()), d.smtp(),
        Optional.of(Security.NONE), Optional.empty(), false, "", d.connectTimeoutSeconds(), d.readTimeoutSeconds(), d.writeTimeoutSeconds(),
        Optional.empty());
  }

  /** How the connection is protected once defaults are filled in. */
  public Security effectiveSecurity() {
    return security.orElseGet(() -> {
      if (smtp.ssl().enable() || port == 465) {
        return Security.IMPLICIT;
      }
      return smtp.starttls().enable() ? Security.REQUIRED : Security.OPPORTUNISTIC;
    });
  }

  /** The port once defaults are filled in. */
  public int effectivePort() {
    if (port > 0) {
      return port;
    }
    if (effectiveSecurity() == Security.IMPLICIT) {
      return 465;
    }
    return logsIn() ? 587 : 25;
  }

  /** Whether meshwatch logs in. */
  public boolean logsIn() {
    return smtp.auth().orElse(!username.isEmpty());
  }

  /** Mistakes that types cannot tell; {@code where} names the record in messages. */
  public List<Problem> check(String where) {
    List<Problem> problems = new ArrayList<>();
    if (enabled && host.isBlank()) {
      problems.add(Problem.error(where, 0, 0, "host: expected the relay's name, got an empty text"));
    }
    if (port < 0 || port > 65_535) {
      problems.add(Problem.error(where, 0, 0, "port: expected 1 to 65535, or 0 for the usual one, got " + port));
    }
    if (!MailAddress.isValid(sender.address())) {
      problems.add(Problem.error(where, 0, 0, "sender.address: expected an address such as alerts@example.com, got '" + sender.address() + "'"));
    }
    sender.replyTo().filter(a -> !MailAddress.isValid(a)).ifPresent(a ->
        problems.add(Problem.error(where, 0, 0, "sender.reply-to: expected an address such as ops@example.com, got '" + a + "'")));
    if (smtp.auth().orElse(false) && username.isEmpty()) {
      problems.add(Problem.error(where, 0, 0, "username: expected one because smtp.auth is true, got none"));
    }
    oauth2.ifPresent(o -> {
      if (!o.tokenUrl().startsWith("https://") && !o.tokenUrl().startsWith("http://127.0.0.1")) {
        problems.add(Problem.error(where, 0, 0, "oauth2.tokenUrl: expected an address such as https://login.example.com/token, got '" + o.tokenUrl() + "'"));
      }
      if (username.isEmpty()) {
        problems.add(Problem.error(where, 0, 0, "username: expected the mailbox that the token is for, got none"));
      }
    });
    if (logsIn() && effectiveSecurity() == Security.NONE) {
      problems.add(Problem.warning(where, 0, 0, "security: the password goes to " + host + " in plain text"));
    }
    return problems;
  }
}
