package io.meshwatch.environment;

import io.meshwatch.model.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * Certificates and keys in PEM, from files or as texts.
 *
 * @param text what stands there
 * @param source where, for messages
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>
 */
public record Pem(Secret text, String source) {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = new char[0];

  static Pem of(Path file) throws IOException {
    return new Pem(Secret.of(Files.readString(file, StandardCharsets.ISO_8859_1)), file.toString());
  }

  /** All certificates, at least one. */
  List<X509Certificate> certificates() throws GeneralSecurityException {
    Collection<? extends Certificate> found;
    try {
      found = CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(text.reveal().getBytes(StandardCharsets.ISO_8859_1)));
    } catch (CertificateException e) {
      throw new GeneralSecurityException(source + " holds no certificate in PEM form that can be read: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new GeneralSecurityException(source + " holds no certificate in PEM form");
    }
    return found.stream().map(X509Certificate.class::cast).toList();
  }

  /** The private key, without password; EC, RSA or Ed25519. */
  public PrivateKey privateKey() throws GeneralSecurityException {
    Matcher pem = PRIVATE_KEY.matcher(text.reveal());
    if (!pem.find()) {
      return olderKey();
    }
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
    InvalidKeySpecException otherAlgorithm = new InvalidKeySpecException();
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        otherAlgorithm = e;
      }
    }
    throw new GeneralSecurityException(source + " holds a private key that is neither EC, RSA nor Ed25519", otherAlgorithm);
  }

  /** The forms from before PKCS#8, with the algorithm in the first line: {@code BEGIN RSA PRIVATE KEY}. */
  private PrivateKey olderKey() throws GeneralSecurityException {
    try (PEMParser parser = new PEMParser(new StringReader(text.reveal()))) {
      for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
        if (found instanceof PEMKeyPair pair) {
          return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
        }
      }
    } catch (IOException e) {
      throw new GeneralSecurityException(source + " holds a private key that cannot be read: " + e.getMessage(), e);
    }
    throw new GeneralSecurityException(source + " holds no private key in PEM form without password (BEGIN PRIVATE KEY)");
  }

  /** A key store in memory with these as trusted certificates. */
  KeyStore trustStore() throws IOException, GeneralSecurityException {
    KeyStore store = emptyStore();
    int number = 0;
    for (X509Certificate certificate : certificates()) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    return store;
  }

  /** A key store in memory with one key and its chain; its password is empty. */
  static KeyStore keyStore(Pem certificateChain, Pem key) throws IOException, GeneralSecurityException {
    KeyStore store = emptyStore();
    store.setKeyEntry("key", key.privateKey(), NO_PASSWORD, certificateChain.certificates().toArray(Certificate[]::new));
    return store;
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }
}
