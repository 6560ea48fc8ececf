package io.meshwatch.scrape;

import io.meshwatch.environment.Pem;
import io.meshwatch.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client says about itself to get a token, signed with its RSA key.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7523#section-3">RFC 7523, 3</a>, <a href="https://www.rfc-editor.org/rfc/rfc7515">RFC 7515</a>
 */
final class JwtStatement {
  private static final long LIFE_SECONDS = 600;

  private final ConnectionSettings.OAuth2 settings;
  private final ConnectionSettings.JwtBearer statement;

  JwtStatement(ConnectionSettings.OAuth2 settings, ConnectionSettings.JwtBearer statement) {
    this.settings = settings;
    this.statement = statement;
  }

  /**
   * The statement as it is sent.
   *
   * @param key RSA key in PEM
   * @param nowSeconds seconds since 1970
   * @param unlike differs from that of every other statement
   * @throws GeneralSecurityException if the key is none
   */
  String signed(Secret key, long nowSeconds, String unlike) throws GeneralSecurityException {
    String said = encoded(header()) + "." + encoded(claims(nowSeconds, unlike));
    Signature signature = Signature.getInstance(statement.algorithm().replace("RS", "SHA") + "withRSA");
    signature.initSign(new Pem(key, "the client's key").privateKey());
    signature.update(said.getBytes(StandardCharsets.US_ASCII));
    return said + "." + encoded(signature.sign());
  }

  private JsonNode header() {
    ObjectNode header = JsonMapper.shared().createObjectNode().put("alg", statement.algorithm()).put("typ", "JWT");
    return statement.keyId().isEmpty() ? header : header.put("kid", statement.keyId());
  }

  /** The configured claims come last: they may replace ours. */
  private JsonNode claims(long nowSeconds, String unlike) {
    ObjectNode claims = JsonMapper.shared().createObjectNode()
        .put("iss", statement.issuer().isEmpty() ? settings.clientId() : statement.issuer())
        .put("sub", settings.clientId())
        .put("aud", statement.audience().isEmpty() ? settings.tokenUrl() : statement.audience())
        .put("jti", UUID.nameUUIDFromBytes(unlike.getBytes(StandardCharsets.UTF_8)).toString())
        .put("iat", nowSeconds)
        .put("exp", nowSeconds + LIFE_SECONDS);
    if (!settings.scopes().isEmpty()) {
      claims.put("scope", String.join(" ", settings.scopes()));
    }
    if (!statement.claims().isEmpty() && JsonMapper.shared().readTree(statement.claims()) instanceof ObjectNode more) {
      claims.setAll(more);
    }
    return claims;
  }

  private static String encoded(JsonNode json) {
    return encoded(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
