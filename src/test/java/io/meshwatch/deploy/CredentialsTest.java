package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.Environment;
import io.meshwatch.model.ProblemsException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final Path FOLDER = Path.of("/data/credentials");
  private static final List<Credentials.Subject> SUBJECTS = List.of(
      new Credentials.Subject("node-1", List.of("node-1.example.com", "10.0.0.7")),
      new Credentials.Subject("keycloak", List.of("127.0.0.1", "::1")));

  private final SimulatedEnvironment world = new SimulatedEnvironment(NOW);
  private final Credentials credentials = new Credentials(world.environment(), FOLDER, CredentialSettings.defaults());

  @Test
  void makesACertificateThatTheAuthoritySignedForEveryName() throws Exception {
    credentials.init(SUBJECTS);

    X509Certificate authority = certificate(credentials.authorityFile());
    X509Certificate node = certificate(credentials.serverTls("node-1").certificateChainFile());
    node.verify(authority.getPublicKey());
    assertThat(node.getSubjectAlternativeNames()).extracting(name -> String.valueOf(name.get(1))).containsExactly("node-1.example.com", "10.0.0.7");
    assertThat(authority.getBasicConstraints()).isZero();
    assertThat(text(credentials.serverTls("node-1").keyFile())).startsWith("-----BEGIN PRIVATE KEY-----");
  }

  @Test
  void changesNothingWhenCalledAgain() {
    credentials.init(SUBJECTS);
    byte[] certificate = bytes(credentials.serverTls("node-1").certificateChainFile());
    Credentials.Login login = credentials.login("node-1");

    new Credentials(world.restarted(), FOLDER, CredentialSettings.defaults()).init(SUBJECTS);

    assertThat(bytes(credentials.serverTls("node-1").certificateChainFile())).isEqualTo(certificate);
    assertThat(credentials.login("node-1")).isEqualTo(login);
  }

  @Test
  void noticesTheStepsOfARotationByAnotherProcessOnceEach() {
    credentials.init(SUBJECTS);
    assertThat(credentials.refresh()).isTrue();
    assertThat(credentials.refresh()).isFalse();
    Credentials command = new Credentials(world.environment(), FOLDER, CredentialSettings.defaults());
    command.prepareRotation();
    assertThat(credentials.refresh()).isTrue();
    assertThat(credentials.login("node-1").username()).isEqualTo("scrape");
    assertThat(credentials.refresh()).isFalse();
    command.finishRotation();
    assertThat(credentials.refresh()).isTrue();
    assertThat(credentials.login("node-1")).isEqualTo(command.login("node-1"));
    assertThat(credentials.login("node-1").username()).isEqualTo("scrape-2");
    assertThat(credentials.refresh()).isFalse();
  }

  @Test
  void givesEachTargetItsOwnPasswordUnlessOneIsWanted() {
    credentials.init(SUBJECTS);
    assertThat(credentials.login("node-1").password()).isNotEqualTo(credentials.login("keycloak").password());

    Credentials shared = new Credentials(
        world.environment(), Path.of("/shared"), new CredentialSettings(Optional.empty(), "scrape", true, 3650, 397, 60));
    shared.init(SUBJECTS);
    assertThat(shared.login("node-1")).isEqualTo(shared.login("keycloak"));
  }

  @Test
  void makesACertificateAnewWhenTheHostsChange() throws Exception {
    credentials.init(SUBJECTS);
    credentials.init(List.of(new Credentials.Subject("node-1", List.of("other.example.com"))));

    assertThat(certificate(credentials.serverTls("node-1").certificateChainFile()).getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1))).containsExactly("other.example.com");
    assertThat(credentials.subjects()).extracting(Credentials.Subject::name).containsExactly("node-1", "keycloak");
  }

  @Test
  void makesACertificateAnewWhenAnInterruptionLeftTheKeyOfAnother() throws Exception {
    credentials.init(SUBJECTS);
    world.environment().disk().replace(credentials.serverTls("node-1").keyFile(), bytes(credentials.serverTls("keycloak").keyFile()));
    byte[] before = bytes(credentials.serverTls("node-1").certificateChainFile());

    credentials.init(SUBJECTS);

    assertThat(bytes(credentials.serverTls("node-1").certificateChainFile())).isNotEqualTo(before);
  }

  @Test
  void acceptsOldAndNewPasswordDuringARotation() {
    credentials.init(SUBJECTS);
    Credentials.Login old = credentials.login("node-1");

    credentials.prepareRotation();
    assertThat(credentials.login("node-1")).isEqualTo(old);
    assertThat(credentials.accepted("node-1")).hasSize(2).contains(old);
    assertThat(credentials.isRotating()).isTrue();

    credentials.finishRotation();
    Credentials.Login now = credentials.login("node-1");
    assertThat(now.username()).isEqualTo("scrape-2");
    assertThat(now.password()).isNotEqualTo(old.password());
    assertThat(credentials.accepted("node-1")).containsExactly(old, now);

    world.time().advance(3_601_000);
    assertThat(credentials.accepted("node-1")).containsExactly(now);
  }

  @Test
  void keepsThePreparedPasswordWhenARotationIsRepeatedAfterAnInterruption() {
    credentials.init(SUBJECTS);
    credentials.prepareRotation();
    List<Credentials.Login> accepted = credentials.accepted("node-1");

    Credentials restarted = new Credentials(world.restarted(), FOLDER, CredentialSettings.defaults());
    restarted.prepareRotation();
    assertThat(restarted.accepted("node-1")).isEqualTo(accepted);
    restarted.finishRotation();
    restarted.finishRotation();
    assertThat(restarted.login("node-1")).isEqualTo(accepted.getLast());
  }

  @Test
  void noticesARotationByAnotherProcessWithinSeconds() {
    credentials.init(SUBJECTS);
    credentials.login("node-1");
    Credentials command = new Credentials(world.restarted(), FOLDER, CredentialSettings.defaults());
    command.prepareRotation();
    command.finishRotation();

    world.time().advance(5_000);
    assertThat(credentials.login("node-1")).isEqualTo(command.login("node-1"));
  }

  @Test
  void listsWhoHasWhatUntilWhenAndNoSecrets() {
    credentials.init(SUBJECTS);
    credentials.prepareRotation();
    String list = credentials.list().toString();

    assertThat(list).contains("node-1", "10.0.0.7", "authority", "scrape-2 (next)");
    credentials.accepted("node-1").forEach(login -> assertThat(list).doesNotContain(login.password().reveal()));
    assertThat(text(FOLDER.resolve("manifest.json"))).doesNotContain(credentials.login("node-1").password().reveal());
  }

  @Test
  void tellsWhenEachCertificateEnds() {
    credentials.init(SUBJECTS);
    String metrics = new String(world.environment().telemetry().exposition(), StandardCharsets.UTF_8);
    long end = (NOW + 397 * 86_400_000L) / 1000;
    assertThat(metrics).containsPattern("meshwatch_certificate_expiry_timestamp_seconds\\{subject=\"node-1\"\\} 1\\.\\d+E9");
    assertThat(credentials.list()).anySatisfy(entry -> {
      assertThat(entry.name()).isEqualTo("node-1");
      assertThat(entry.endMillis().orElseThrow() / 1000).isEqualTo(end);
    });
  }

  @Test
  void saysAllThatIsWrongWithTheNames() {
    assertThatThrownBy(() -> credentials.init(List.of(
        new Credentials.Subject("../x", List.of("a")), new Credentials.Subject("ca", List.of("a")), new Credentials.Subject("b", List.of()))))
        .isInstanceOf(ProblemsException.class)
        .hasMessageContaining("'../x'").hasMessageContaining("'ca'").hasMessageContaining("b: expected at least one host");
  }

  @Test
  void keepsFilesFromOtherUsers(@TempDir Path folder) throws Exception {
    Environment simulated = world.environment();
    Environment real = new Environment(simulated.clock(), simulated.timers(), simulated.workers(), simulated.network(), new SystemDisk(),
        simulated.listeners(), simulated.telemetry());
    Path inside = folder.resolve("credentials");
    new Credentials(real, inside, CredentialSettings.defaults()).init(SUBJECTS);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside))).isEqualTo("rwx------");
    try (var files = Files.list(inside)) {
      assertThat(files.toList()).hasSize(9).allSatisfy(file ->
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------"));
    }
  }

  private X509Certificate certificate(Path file) throws Exception {
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes(file)));
  }

  private byte[] bytes(Path file) {
    try {
      return world.environment().disk().readAll(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String text(Path file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  @Test
  void trustsBothAuthoritiesUntilTheRotationIsFinished() throws Exception {
    credentials.init(SUBJECTS);
    byte[] before = world.environment().disk().readAll(credentials.authorityFile());
    credentials.prepareAuthority();
    credentials.prepareRotation();
    credentials.prepareAuthority();
    assertThat(new String(world.environment().disk().readAll(credentials.authorityFile()), StandardCharsets.US_ASCII)).startsWith(new String(before, StandardCharsets.US_ASCII))
        .containsPattern("(?s)BEGIN CERTIFICATE.*BEGIN CERTIFICATE");
    assertThat(signers()).containsExactly("next");
    credentials.finishRotation();
    assertThat(world.environment().disk().readAll(credentials.authorityFile())).isNotEqualTo(before);
    assertThat(signers()).containsExactly("current");
    assertThat(credentials.isRotating()).isFalse();
  }

  @Test
  void finishesARotationOfTheAuthorityThatWasInterrupted() throws Exception {
    credentials.init(SUBJECTS);
    credentials.prepareAuthority();
    credentials.prepareRotation();
    // As if the process had ended right after the new key was in place.
    world.environment().disk().replace(credentials.authorityKeyFile(), world.environment().disk().readAll(FOLDER.resolve("ca-next.key")));
    credentials.init(credentials.subjects());
    credentials.finishRotation();
    credentials.init(credentials.subjects());
    assertThat(signers()).containsExactly("current");
  }

  /** Which authority signed the certificate of the first subject: the one that is on its way, or the only one. */
  private List<String> signers() throws Exception {
    String subject = credentials.subjects().getFirst().name();
    byte[] certificate = world.environment().disk().readAll(credentials.serverTls(subject).certificateChainFile());
    byte[] key = world.environment().disk().readAll(credentials.serverTls(subject).keyFile());
    List<String> signers = new ArrayList<>();
    for (String authority : List.of("ca-next", "ca")) {
      Path file = FOLDER.resolve(authority + ".crt");
      Path keyFile = FOLDER.resolve(authority + ".key");
      if (world.environment().disk().exists(file) && Authority.read(world.environment().disk().readAll(file), world.environment().disk().readAll(keyFile)).issued(certificate, key)) {
        signers.add(authority.equals("ca") ? "current" : "next");
      }
    }
    return signers;
  }
}
