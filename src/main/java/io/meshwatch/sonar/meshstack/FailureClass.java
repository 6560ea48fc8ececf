package io.meshwatch.sonar.meshstack;

import java.util.Locale;

/** Where the cause of a failure lies. Every failure has exactly one class; it is the label {@code reason} of Sonar's series. */
public enum FailureClass {
  /** A host name could not be resolved. */
  DNS,
  /** No connection, or one that broke. */
  TCP,
  /** No trusted encrypted connection: an expired, foreign or unknown certificate, a failed handshake. */
  TLS,
  /** The identity broker refused or garbled the login. */
  IDP,
  /** Logged in, but without the right to do this: 401, 403, wrong scope, not on the project. */
  AUTHZ,
  /** The API answered with an error: 4xx or 5xx. */
  API,
  /** The API answered something it has not promised: media type, fields, links, paging. */
  CONTRACT,
  /** The platform did not take the tenant: replication failed or never ended. */
  PLATFORM,
  /** An answer, but too late. */
  SLOW,
  /** The backend restarts: 503 for less than four minutes. Counted, never paged. */
  RESTART,
  /** Sonar itself could not do its work; says nothing about meshStack. */
  SONAR;

  /** The value of the label {@code reason}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
