package io.meshwatch.deploy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes and signs certificates: elliptic-curve keys (P-256), names as subject alternative names, PEM as every TLS program reads it.
 */
final class Authority {
  private static final int SERIAL_BITS = 127;
  private static final long DAY_MILLIS = 86_400_000;
  /** Certificates begin a little in the past, so that a machine whose clock is slow takes them. */
  private static final long BEGIN_EARLIER_MILLIS = 3_600_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final X509Certificate certificate;
  private final PrivateKey key;

  private Authority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** A certificate with its private key, both in PEM. */
  record KeyAndCertificate(byte[] certificatePem, byte[] keyPem, long endMillis) {}

  /** Makes a new authority. */
  static KeyAndCertificate create(String name, long nowMillis, int days) {
    try {
      KeyPair keys = newKeys();
      X500Principal principal = new X500Principal("CN=" + name);
      JcaX509v3CertificateBuilder builder = builder(principal, principal, keys.getPublic(), nowMillis, nowMillis + days * DAY_MILLIS);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return written(sign(builder, keys.getPrivate()), keys.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a certificate authority: " + e.getMessage(), e);
    }
  }

  /** Reads an authority that was written before; among several certificates it is the one that belongs to the key. */
  static Authority read(byte[] certificatesPem, byte[] keyPem) throws IOException {
    try {
      PrivateKey key = readKey(keyPem);
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(certificatesPem))) {
        if (belongTogether(each.getPublicKey(), key)) {
          return new Authority((X509Certificate) each, key);
        }
      }
      throw new IOException("the authority's certificate and key do not belong together");
    } catch (GeneralSecurityException e) {
      throw new IOException("the authority's certificate or key cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its certificate in PEM. */
  byte[] certificatePem() throws IOException {
    return pem(certificate);
  }

  /** Makes a server certificate for these DNS names and IP addresses, valid no longer than the authority. */
  KeyAndCertificate issue(String name, List<String> hosts, long nowMillis, int days) {
    long end = Math.min(nowMillis + days * DAY_MILLIS, certificate.getNotAfter().toInstant().toEpochMilli());
    try {
      KeyPair keys = newKeys();
      JcaX509v3CertificateBuilder builder =
          builder(certificate.getSubjectX500Principal(), new X500Principal("CN=" + name), keys.getPublic(), nowMillis, end);
      GeneralName[] names = hosts.stream().map(Authority::generalName).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      builder.addExtension(Extension.authorityKeyIdentifier, false, new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
      return written(sign(builder, key), keys.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a certificate for " + name + ": " + e.getMessage(), e);
    }
  }

  /** Whether a certificate was signed by this authority and belongs to the key. */
  boolean issued(byte[] certificatePem, byte[] keyPem) {
    try {
      X509Certificate leaf = readCertificate(certificatePem);
      leaf.verify(certificate.getPublicKey());
      return belongTogether(leaf.getPublicKey(), readKey(keyPem));
    } catch (IOException | GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean belongTogether(PublicKey publicKey, PrivateKey key) throws GeneralSecurityException {
    byte[] probe = "meshwatch".getBytes(StandardCharsets.US_ASCII);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(probe);
    return signature.verify(signed);
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, PublicKey key, long nowMillis, long endMillis) {
    BigInteger serial = new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
    Date from = Date.from(Instant.ofEpochMilli(nowMillis - BEGIN_EARLIER_MILLIS));
    return new JcaX509v3CertificateBuilder(issuer, serial, from, Date.from(Instant.ofEpochMilli(endMillis)), subject, key);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private static GeneralName generalName(String host) {
    boolean address = host.contains(":") || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  private static KeyAndCertificate written(X509Certificate certificate, PrivateKey key) throws IOException {
    return new KeyAndCertificate(pem(certificate), pem(new JcaPKCS8Generator(key, null)), certificate.getNotAfter().toInstant().toEpochMilli());
  }

  private static byte[] pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static X509Certificate readCertificate(byte[] pem) throws GeneralSecurityException {
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  private static PrivateKey readKey(byte[] pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
      if (parser.readObject() instanceof PrivateKeyInfo info) {
        return new JcaPEMKeyConverter().getPrivateKey(info);
      }
      throw new IOException("expected a private key in PKCS#8 PEM form (BEGIN PRIVATE KEY)");
    }
  }
}
