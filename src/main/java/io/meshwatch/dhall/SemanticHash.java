package io.meshwatch.dhall;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash that protects imports: SHA-256 of the binary form of what an expression means, whatever its names and layout. */
final class SemanticHash {
  private SemanticHash() {}

  static byte[] of(Value value) {
    return sha256(BinaryEncoder.encode(AlphaNormalizer.normalize(Quoter.quote(value))));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
