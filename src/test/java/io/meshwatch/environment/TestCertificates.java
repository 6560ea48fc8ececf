package io.meshwatch.environment;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority and server certificates for tests. */
public final class TestCertificates {
  private final Path folder;
  private final KeyPair authorityKeys;
  private final X509Certificate authority;
  private int serial = 1;

  public TestCertificates(Path folder) throws Exception {
    this.folder = folder;
    authorityKeys = keys();
    Instant now = Instant.now();
    X500Principal name = new X500Principal("CN=test authority");
    var builder = new JcaX509v3CertificateBuilder(
        name, BigInteger.ONE, Date.from(now.minus(1, ChronoUnit.DAYS)), Date.from(now.plus(30, ChronoUnit.DAYS)), name, authorityKeys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    authority = sign(builder);
    write(folder.resolve("ca.pem"), authority);
  }

  public Path ca() {
    return folder.resolve("ca.pem");
  }

  /** Makes NAME.pem and NAME-key.pem for a DNS name or IP address; {@code validDays} may be negative. */
  public ListenerSpec.ServerTls server(String file, String host, int validDays) throws Exception {
    KeyPair keys = keys();
    Instant end = Instant.now().plus(validDays, ChronoUnit.DAYS);
    var builder = new JcaX509v3CertificateBuilder(
        authority.getSubjectX500Principal(), BigInteger.valueOf(++serial), Date.from(end.minus(20, ChronoUnit.DAYS)), Date.from(end),
        new X500Principal("CN=" + host), keys.getPublic());
    int kind = host.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName;
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, host)));
    Path certificate = folder.resolve(file + ".pem");
    Path key = folder.resolve(file + "-key.pem");
    write(certificate, sign(builder));
    write(key, new JcaPKCS8Generator(keys.getPrivate(), null));
    return new ListenerSpec.ServerTls(certificate, key);
  }

  private X509Certificate sign(JcaX509v3CertificateBuilder builder) throws OperatorCreationException, GeneralSecurityException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKeys.getPrivate())));
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static void write(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(object);
    }
    Files.writeString(file, text.toString());
  }
}
