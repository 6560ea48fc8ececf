package io.meshwatch.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs and checks JSON web tokens with RS256 (RFC 7515, RFC 7519). The key is made when it is first needed, because making it takes
 * long. Safe for all threads.
 */
final class Tokens {
  private static final int KEY_BITS = 2048;
  private static final int TOKEN_CHARACTERS_MAX = 16_384;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** Guarded by this. */
  private @Nullable Key made;

  private record Key(KeyPair keys, String id) {}

  private synchronized Key key() {
    if (made == null) {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        KeyPair keys = generator.generateKeyPair();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(keys.getPublic().getEncoded());
        made = new Key(keys, ENCODER.encodeToString(digest));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has RSA and SHA-256", e);
      }
    }
    return made;
  }

  String sign(ObjectNode claims) {
    ObjectNode header = Json.object().put("alg", "RS256").put("typ", "JWT").put("kid", key().id());
    String signed = ENCODER.encodeToString(Json.bytes(header)) + "." + ENCODER.encodeToString(Json.bytes(claims));
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key().keys().getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + ENCODER.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA and SHA-256", e);
    }
  }

  /** The claims, if the signature is ours; whether they have expired is the caller's to check. */
  Optional<JsonNode> claims(String token) {
    String[] parts = token.length() > TOKEN_CHARACTERS_MAX ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key().keys().getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      boolean ours = signature.verify(Base64.getUrlDecoder().decode(parts[2]));
      return ours ? Optional.of(Json.read(Base64.getUrlDecoder().decode(parts[1]))) : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException | JacksonException e) {
      return Optional.empty();
    }
  }

  /** The public key as a JSON web key set. */
  ObjectNode keySet() {
    RSAPublicKey key = (RSAPublicKey) key().keys().getPublic();
    ObjectNode set = Json.object();
    set.putArray("keys")
        .addObject()
        .put("kid", key().id())
        .put("kty", "RSA")
        .put("alg", "RS256")
        .put("use", "sig")
        .put("n", ENCODER.encodeToString(unsigned(key.getModulus().toByteArray())))
        .put("e", ENCODER.encodeToString(unsigned(key.getPublicExponent().toByteArray())));
    return set;
  }

  String publicKey() {
    return Base64.getEncoder().encodeToString(key().keys().getPublic().getEncoded());
  }

  /** A text nobody can guess, made of the key and something that does not repeat. */
  String opaque(String seed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(key().keys().getPrivate().getEncoded());
      return ENCODER.encodeToString(digest.digest(seed.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** {@code toByteArray} puts a zero before a number whose first bit is set; a web key does not. */
  private static byte[] unsigned(byte[] number) {
    return number[0] == 0 && number.length > 1 ? Arrays.copyOfRange(number, 1, number.length) : number;
  }
}
