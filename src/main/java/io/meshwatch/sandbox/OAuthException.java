package io.meshwatch.sandbox;

/** The identity broker refuses; carries what the client is told (RFC 6749, section 5.2). */
final class OAuthException extends Exception {
  private final int status;
  private final String error;

  OAuthException(int status, String error, String description) {
    super(description);
    this.status = status;
    this.error = error;
  }

  int status() {
    return status;
  }

  String error() {
    return error;
  }
}
