package io.meshwatch.sonar.meshstack;

/** How the technical user gets a token. */
public enum Grant {
  /** User name and password straight to the token endpoint (Keycloak: "direct access grants"). */
  PASSWORD,
  /** The login page that people use: authorization code with PKCE. */
  LOGIN_FORM,
  /** Client id and secret, without a user. */
  CLIENT_CREDENTIALS,
  /** An API key as JSON to {@code /api/login}. */
  API_KEY,
  /** An API key as a form to {@code /api/login}, which redirects to the token endpoint. */
  API_KEY_FORM
}
