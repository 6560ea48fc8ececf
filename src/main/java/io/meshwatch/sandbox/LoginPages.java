package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpReply;
import java.io.IOException;

/** The identity broker's pages for people, with the names and ids that scripted logins look for. */
final class LoginPages {
  private LoginPages() {}

  static void login(HttpReply reply, String actionUrl, String complaint) throws IOException {
    String alert = complaint.isEmpty() ? "" : "<span id=\"input-error\" aria-live=\"polite\">" + escape(complaint) + "</span>";
    send(reply, "Sign in to meshfed", """
        <form id="kc-form-login" action="%s" method="post">
          <label for="username">Username or email</label>
          <input id="username" name="username" type="text" autocomplete="username" autofocus>
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password">
          %s
          <input type="hidden" id="id-hidden-input" name="credentialId">
          <input id="kc-login" name="login" type="submit" value="Sign In">
        </form>
        """.formatted(escape(actionUrl), alert));
  }

  static void consent(HttpReply reply, String actionUrl) throws IOException {
    send(reply, "Grant access to meshfed", """
        <p>Do you grant these access privileges?</p>
        <form id="kc-oauth-consent" class="login-actions-consent" action="%s" method="post">
          <input type="hidden" name="code" value="consent">
          <input id="kc-login" name="accept" type="submit" value="Yes">
          <input id="kc-cancel" name="cancel" type="submit" value="No">
        </form>
        """.formatted(escape(actionUrl)));
  }

  private static void send(HttpReply reply, String title, String content) throws IOException {
    Json.secured(reply)
        .status(200)
        .send("text/html;charset=utf-8", "<!DOCTYPE html>\n<html><head><title>" + escape(title) + "</title></head><body>\n" + content + "</body></html>\n");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
