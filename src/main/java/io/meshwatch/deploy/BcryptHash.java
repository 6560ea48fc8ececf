package io.meshwatch.deploy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.meshwatch.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Bcrypt hashes that Go, nginx and Apache understand. */
final class BcryptHash {
  private static final int COST = 10;
  private static final int SALT_BYTES = 16;
  private static final String BCRYPT_PATTERN = "\\$2[aby]\\$.*";

  private BcryptHash() {}

  /** Whether a configured password is a hash already. */
  static boolean isHash(Secret password) {
    return password.reveal().matches(BCRYPT_PATTERN);
  }

  /**
   * The hash of a password, or the password itself if it is a hash. The salt comes from the password, so that a second run writes the
   * same file; that is safe because generated passwords are random and long, and never the same twice.
   */
  static String of(Secret secret) {
    if (isHash(secret)) {
      return secret.reveal();
    }
    byte[] password = secret.reveal().getBytes(StandardCharsets.UTF_8);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("meshwatch bcrypt salt".getBytes(StandardCharsets.US_ASCII));
      byte[] salt = Arrays.copyOf(digest.digest(password), SALT_BYTES);
      return new String(BCrypt.with(BCrypt.Version.VERSION_2Y).hash(COST, salt, password), StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
