package io.meshwatch.sandbox;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be broken. The name outside is the constant's in kebab case. A parameter's default also gives its type:
 * text, number or yes and no; the default {@link #FIRST_PLATFORM} stands for the first configured platform.
 */
enum FaultKind {
  IDP_NAME_GONE("The identity broker names addresses on a host that the name service does not know.", "dns"),
  API_PORT_CLOSED("Closes the backend's port, so that connections are refused.", "tcp"),
  IDP_PORT_CLOSED("Closes the identity broker's port, so that connections are refused.", "tcp"),
  CONNECTION_DROPPED("Cuts the backend's connections in the middle of an answer.", "tcp"),
  CERTIFICATE_EXPIRED("Serves a certificate that ended yesterday.", "tls", Map.of("port", "backend")),
  CERTIFICATE_WRONG("Serves a self-signed certificate of another host.", "tls", Map.of("port", "backend")),

  IDP_DOWN("The identity broker answers every request with 503.", "idp"),
  IDP_SLOW_TOKEN("The identity broker takes long to issue a token.", "slow", Map.of("delaySeconds", 20)),
  IDP_WRONG_PASSWORD("The technical user's password is no longer accepted.", "idp"),
  IDP_USER_DISABLED("The technical user's account is disabled.", "idp"),
  IDP_GRANT_OFF("The client may no longer use the password grant.", "idp"),
  IDP_CONSENT_REQUIRED("The technical user must first agree on a page that only a person can see.", "idp"),
  IDP_WRONG_REALM("The realm is unknown to the identity broker, as after a wrong migration.", "idp"),
  CLOCK_SKEW("The identity broker's clock is wrong, so that its tokens are not valid yet or no more.", "idp", Map.of("skewSeconds", -3600)),

  USER_NOT_IN_CUSTOMER("The technical user was removed from its customer.", "authz"),
  ACCESS_EXPIRED("The technical user's role on the project has expired.", "authz"),
  TOKEN_REJECTED("The backend rejects every token with 401.", "authz"),

  API_ERROR("The backend answers with 500 and an error identifier.", "api"),
  API_RESTART("The backend restarts: its gateway answers with 503 for three minutes.", "api", Map.of("durationSeconds", 180)),
  API_RATE_LIMIT("The backend answers with 429 and asks to wait.", "api", Map.of("retryAfterSeconds", 30)),
  API_SLOW("The backend answers slowly.", "slow", Map.of("delaySeconds", 20)),

  CONTRACT_MEDIA_TYPE("The backend no longer serves the media types it is asked for.", "contract"),
  CONTRACT_MALFORMED_JSON("The backend's JSON ends too early.", "contract"),
  CONTRACT_HTML("The backend answers with 200 and the gateway's login page.", "contract"),
  CONTRACT_EMPTY_EMBEDDED("Lists of objects come back without objects.", "contract"),
  CONTRACT_MISSING_NEXT("Lists come one object at a time and lack the link to their next page.", "contract"),
  CONTRACT_STALE_LOCAL_ID(
      "Replication fails while the tenant still shows the identifier of an earlier success.", "platform", FaultKind.onPlatform()),

  REPLICATION_FAILED(
      "Replication to a platform fails with a remark.",
      "platform",
      FaultKind.onPlatform("userRemark", "Quota exceeded in the landing zone", "systemRemark", "HTTP 403 AccessDenied from the platform API")),
  REPLICATION_STUCK("Replication to a platform stays pending for ever.", "platform", FaultKind.onPlatform()),
  REPLICATION_SLOW("Replication to a platform takes long.", "slow", FaultKind.onPlatform("delaySeconds", 120)),
  TENANT_MISSING("The project's tenant on a platform was deleted.", "platform", FaultKind.onPlatform()),

  TRUST_FILE_GONE("The file with the authority that smoke tests trust is gone: their own fault, not meshStack's.", "sonar"),

  MARIADB_DOWN("MariaDB is down: the backend's health says so and its API fails.", "api"),
  RABBITMQ_OUTAGE("RabbitMQ delivers no messages: no replication starts and queues grow.", "platform"),
  COMPONENT_DOWN("A component's metrics cannot be scraped: connections are cut.", "", Map.of("component", "replicator")),
  COMPONENT_UNAUTHORIZED("A component rejects the scrape password with 401.", "", Map.of("component", "replicator")),
  COMPONENT_GARBAGE("A component's metrics page is not in any known format.", "", Map.of("component", "replicator")),
  COMPONENT_SLOW("A component's metrics page takes long.", "", Map.of("component", "replicator", "delaySeconds", 15)),
  COMPONENT_ERROR_RATE("A component answers much of its traffic with 500 and logs errors.", "", Map.of("component", "meshfed-api")),
  COMPONENT_CRASH_LOOP("A component restarts again and again.", "", Map.of("component", "meshfed-api")),
  HEAP_FULL("A component's Java heap stays full after garbage collection.", "", Map.of("component", "meshfed-api")),
  LOGIN_FAILURES("Many logins fail at the identity broker, as when passwords are guessed.", ""),
  KRAKEN_STALLED("Metering collects nothing more.", ""),
  CHARGEBACK_FAILED("Chargeback statements cannot be made.", ""),
  IDENTITY_IMPORT_FAILED("The identity connector's imports fail.", ""),
  BACKUP_FAILED("The last backup of the database failed.", ""),
  MAIL_REFUSED("The mail sink refuses mails for now (451), as a relay in trouble does.", ""),
  MAIL_PORT_CLOSED("The mail sink's port is closed.", "");

  /** Stands for the first configured platform. */
  static final String FIRST_PLATFORM = "";

  private final String description;
  private final String reason;
  @SuppressWarnings("ImmutableEnumChecker") // Made by Map.of or unmodifiable, of texts and numbers.
  private final Map<String, Object> defaults;

  FaultKind(String description, String reason) {
    this(description, reason, Map.of());
  }

  FaultKind(String description, String reason, Map<String, Object> defaults) {
    this.description = description;
    this.reason = reason;
    this.defaults = defaults;
  }

  private static Map<String, Object> onPlatform(Object... more) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("platform", FIRST_PLATFORM);
    for (int i = 0; i < more.length; i += 2) {
      parameters.put((String) more[i], more[i + 1]);
    }
    return Collections.unmodifiableMap(parameters);
  }

  static Optional<FaultKind> named(String name) {
    for (FaultKind kind : values()) {
      if (kind.outsideName().equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  String outsideName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One sentence for the control page. */
  String description() {
    return description;
  }

  /** The class that a smoke test should give the failure; empty if smoke tests should not notice. */
  String reason() {
    return reason;
  }

  /** Parameters with their defaults. */
  Map<String, Object> defaults() {
    return defaults;
  }
}
