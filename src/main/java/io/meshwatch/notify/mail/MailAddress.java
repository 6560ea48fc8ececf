package io.meshwatch.notify.mail;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;

/** What counts as a mail address: one mailbox, with an optional name, and nothing that could start a new header. */
public final class MailAddress {
  private MailAddress() {}

  /** Whether this is exactly one address that mail can be sent to. */
  public static boolean isValid(String text) {
    if (text.isBlank() || text.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
      return false;
    }
    try {
      InternetAddress[] parsed = InternetAddress.parse(text, true);
      if (parsed.length != 1 || parsed[0].isGroup()) {
        return false;
      }
      parsed[0].validate();
      return true;
    } catch (AddressException e) {
      return false;
    }
  }

  /** The part after the last {@code @}, or {@code localhost}. */
  public static String domain(String address) {
    int at = address.lastIndexOf('@');
    String domain = at < 0 ? "" : address.substring(at + 1).replaceAll("[^A-Za-z0-9.-]", "");
    return domain.isEmpty() ? "localhost" : domain;
  }
}
