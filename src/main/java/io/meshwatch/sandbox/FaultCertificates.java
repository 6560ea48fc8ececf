package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.ListenerSpec.ServerTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that clients must refuse: one that ended yesterday, and one of another host that nobody signed. Each is made when it
 * is first needed. Guarded by this.
 */
final class FaultCertificates {
  private static final long DAY_MILLIS = 86_400_000;
  private static final long LIFETIME_MILLIS = 90 * DAY_MILLIS;

  private final Clock clock;
  private final Disk disk;
  private final SandboxSettings settings;
  private @Nullable ServerTls expired;
  private @Nullable ServerTls wrong;

  private record Authority(X500Principal name, PrivateKey key) {}

  FaultCertificates(Clock clock, Disk disk, SandboxSettings settings) {
    this.clock = clock;
    this.disk = disk;
    this.settings = settings;
  }

  /** Right in everything but its date, if the authority is known. */
  synchronized ServerTls expired() {
    if (expired == null) {
      long yesterday = clock.wallMillis() - DAY_MILLIS;
      expired = make("expired", settings.host(), yesterday - LIFETIME_MILLIS, yesterday, true);
    }
    return expired;
  }

  /** Of another host, and signed by itself. */
  synchronized ServerTls wrong() {
    if (wrong == null) {
      long yesterday = clock.wallMillis() - DAY_MILLIS;
      wrong = make("wrong", "other.example.com", yesterday, yesterday + LIFETIME_MILLIS, false);
    }
    return wrong;
  }

  private ServerTls make(String file, String host, long fromMillis, long toMillis, boolean signed) {
    Path folder = Path.of(settings.folder());
    try {
      disk.createDirectories(folder);
      return write(folder, file, host, fromMillis, toMillis, signed);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make the certificates of the certificate faults in " + folder + ": " + e.getMessage(), e);
    }
  }

  private ServerTls write(Path folder, String file, String host, long fromMillis, long toMillis, boolean signed)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    X500Principal subject = new X500Principal("CN=" + host);
    Authority authority = signed ? authority(subject, keys.getPrivate()) : new Authority(subject, keys.getPrivate());
    JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
        authority.name(), BigInteger.valueOf(toMillis), Date.from(Instant.ofEpochMilli(fromMillis)), Date.from(Instant.ofEpochMilli(toMillis)), subject, keys.getPublic());
    int kind = host.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName;
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, host)));
    String algorithm = authority.key().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    X509Certificate certificate = new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(authority.key())));
    Path certificateFile = folder.resolve(file + ".crt");
    Path keyFile = folder.resolve(file + ".key");
    disk.replace(certificateFile, pem(certificate));
    disk.replace(keyFile, pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
    return new ServerTls(certificateFile, keyFile);
  }

  /** The authority that clients trust, or the certificate itself if that is not known. */
  private Authority authority(X500Principal subject, PrivateKey own) throws IOException, GeneralSecurityException {
    if (settings.authorityCertificateFile().isEmpty() || settings.authorityKeyFile().isEmpty()) {
      return new Authority(subject, own);
    }
    byte[] certificatePem = disk.readAll(Path.of(settings.authorityCertificateFile().get()));
    X509Certificate certificate =
        (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificatePem));
    String keyPem = new String(disk.readAll(Path.of(settings.authorityKeyFile().get())), StandardCharsets.US_ASCII);
    try (PEMParser parser = new PEMParser(new StringReader(keyPem))) {
      PrivateKeyInfo key = switch (parser.readObject()) {
        case PrivateKeyInfo info -> info;
        case PEMKeyPair pair -> pair.getPrivateKeyInfo();
        case null, default -> throw new IOException(settings.authorityKeyFile().get() + " holds no private key in PEM form");
      };
      return new Authority(certificate.getSubjectX500Principal(), new JcaPEMKeyConverter().getPrivateKey(key));
    }
  }

  private static byte[] pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
