package io.meshwatch.deploy;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import io.prometheus.metrics.core.metrics.Gauge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The deployment's credentials in one folder: a certificate authority, a server certificate per node and component, and scrape
 * passwords. Files are for their owner alone. Guarded by this; two processes must not change one folder at the same time.
 *
 * <p>A rotation has two steps, so that no scrape is missed. {@link #prepareRotation} makes the next passwords: servers accept old
 * and new as soon as they have been told. {@link #finishRotation} lets scrapes use the new ones; the old ones are accepted for the
 * overlap, then no more. Each generation has its own user name ({@code scrape}, {@code scrape-2}…), because exporters know one
 * password for a name. Both steps can be repeated: what was done is left alone.
 */
public final class Credentials {
  /** When a certificate of the deployment ends. */
  static final String EXPIRY_METRIC = "meshwatch_certificate_expiry_timestamp_seconds";
  private static final String AUTHORITY_NAME = "meshwatch deployment CA";
  private static final String SHARED = "all";
  private static final int PASSWORD_BYTES = 24;
  private static final long DAY_MILLIS = 86_400_000;
  /** A certificate is made anew by {@link #init} when no more than this share of its life is left. */
  private static final double RENEW_SHARE = 0.25;
  /** After so long another process's changes, such as a rotation by command, are noticed. */
  private static final long REREAD_MILLIS = 5_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Clock clock;
  private final Disk disk;
  private final CredentialFiles files;
  private final CredentialSettings settings;
  private final Telemetry telemetry;
  private byte @Nullable [] refreshed;
  private Manifest current = Manifest.empty();
  private long currentSinceMillis = Long.MIN_VALUE;

  public Credentials(Environment environment, Path folder, CredentialSettings settings) {
    this(environment.clock(), environment.disk(), environment.telemetry(), folder, settings);
  }

  public Credentials(Clock clock, Disk disk, Telemetry telemetry, Path folder, CredentialSettings settings) {
    List<Problem> problems = settings.check();
    if (!problems.isEmpty()) {
      throw new ProblemsException(problems);
    }
    this.clock = clock;
    this.disk = disk;
    this.files = new CredentialFiles(disk, folder);
    this.settings = settings;
    this.telemetry = telemetry;
  }

  /**
   * Something that is scraped.
   *
   * @param name unique, such as {@code node-1} or {@code keycloak}; also names its files
   * @param hosts DNS names and IP addresses under which it is reached
   */
  public record Subject(String name, List<String> hosts) {}

  /** A user name and its password. */
  public record Login(String username, Secret password) {}

  /**
   * A line for people: who has what until when.
   *
   * @param name subject, or {@code all} for a password that all share
   * @param what {@code authority}, {@code certificate} or {@code password}
   * @param detail host names, or the user name
   * @param endMillis when it ends; empty for a password in use
   */
  public record Entry(String name, String what, String detail, Optional<Long> endMillis) {}

  /**
   * Makes what is missing: authority, certificates, passwords. Certificates that fit no longer (further hosts, other authority, near
   * their end) are made anew under the same file names. Calling it again changes nothing.
   */
  public synchronized void init(List<Subject> subjects) {
    checkNames(subjects);
    writing(() -> {
      files.makeFolder();
      Manifest manifest = withAuthority(files.readManifest());
      Authority authority = signingAuthority(manifest);
      for (Subject subject : subjects) {
        manifest = withCertificate(manifest, authority, subject, false);
        manifest = withPassword(manifest, owner(subject.name()));
      }
      writeManifest(manifest);
    });
  }

  /**
   * Makes a new authority, which signs from now on; until the rotation is finished scrapes trust both. To be called before
   * {@link #prepareRotation}, which makes certificates of it.
   */
  public synchronized void prepareAuthority() {
    writing(() -> {
      Manifest manifest = files.readManifest();
      if (!manifest.hasNextAuthority()) {
        Authority.KeyAndCertificate made = Authority.create(AUTHORITY_NAME, clock.wallMillis(), settings.authorityDays());
        files.write(files.nextAuthorityKey(), made.keyPem());
        files.write(files.nextAuthority(), made.certificatePem());
        manifest = manifest.withAuthority(manifest.authorityEndMillis(), made.endMillis());
      }
      // Trusted before anything is signed with it.
      byte[] old = Authority.read(disk.readAll(authorityFile()), disk.readAll(authorityKeyFile())).certificatePem();
      files.write(authorityFile(), joined(old, disk.readAll(files.nextAuthority())));
      writeManifest(manifest);
    });
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** First step of a rotation: new certificates, and the next passwords, which servers accept from now on. */
  public synchronized void prepareRotation() {
    writing(() -> {
      Manifest manifest = files.readManifest();
      Authority authority = signingAuthority(manifest);
      for (Manifest.Certificate certificate : List.copyOf(manifest.certificates().values())) {
        boolean fresh = certificate.endMillis() - clock.wallMillis() > (settings.certificateDays() - 1) * DAY_MILLIS;
        manifest = withCertificate(manifest, authority, new Subject(certificate.name(), certificate.hosts()), !fresh);
      }
      for (Manifest.Password password : List.copyOf(manifest.passwords().values())) {
        if (!password.next()) {
          files.writeSecret(files.password(password.owner(), password.generation() + 1), newPassword());
          manifest = manifest.with(new Manifest.Password(
              password.owner(), password.generation(), password.sinceMillis(), true, password.previousUntilMillis()));
        }
      }
      writeManifest(manifest);
    });
  }

  /** Second step: scrapes use the new passwords and trust only the new authority; old passwords are accepted for the overlap. */
  public synchronized void finishRotation() {
    writing(() -> {
      long now = clock.wallMillis();
      Manifest manifest = files.readManifest();
      List<Path> outdated = new ArrayList<>();
      for (Manifest.Password password : List.copyOf(manifest.passwords().values())) {
        if (password.next()) {
          outdated.add(files.password(password.owner(), password.generation() - 1));
          manifest = manifest.with(new Manifest.Password(
              password.owner(), password.generation() + 1, now, false, now + settings.overlapSeconds() * 1000));
        }
      }
      if (manifest.hasNextAuthority()) {
        // Key first: the certificates file holds both, so the pair belongs together at every moment.
        files.write(authorityKeyFile(), disk.readAll(files.nextAuthorityKey()));
        files.write(authorityFile(), disk.readAll(files.nextAuthority()));
        manifest = manifest.withAuthority(manifest.nextAuthorityEndMillis(), 0);
        outdated.add(files.nextAuthorityKey());
        outdated.add(files.nextAuthority());
      }
      writeManifest(manifest);
      for (Path file : outdated) {
        disk.delete(file);
      }
    });
  }

  /** Whether a rotation was prepared and not finished. */
  public synchronized boolean isRotating() {
    return reading(() -> current().hasNextAuthority() || current().passwords().values().stream().anyMatch(Manifest.Password::next));
  }

  /** Everything there is, without secrets. */
  public synchronized List<Entry> list() {
    return reading(() -> {
      Manifest manifest = current();
      List<Entry> entries = new ArrayList<>();
      entries.add(new Entry(AUTHORITY_NAME, "authority", authorityFile().toString(), Optional.of(manifest.authorityEndMillis())));
      if (manifest.hasNextAuthority()) {
        entries.add(new Entry(AUTHORITY_NAME + " (next)", "authority", files.nextAuthority().toString(), Optional.of(manifest.nextAuthorityEndMillis())));
      }
      manifest.certificates().values().forEach(certificate -> entries.add(
          new Entry(certificate.name(), "certificate", String.join(", ", certificate.hosts()), Optional.of(certificate.endMillis()))));
      for (Manifest.Password password : manifest.passwords().values()) {
        if (password.previousUntilMillis() > clock.wallMillis()) {
          entries.add(new Entry(
              password.owner(), "password", username(password.generation() - 1) + " (old)", Optional.of(password.previousUntilMillis())));
        }
        entries.add(new Entry(password.owner(), "password", username(password.generation()), Optional.empty()));
        if (password.next()) {
          entries.add(new Entry(password.owner(), "password", username(password.generation() + 1) + " (next)", Optional.empty()));
        }
      }
      return entries;
    });
  }

  /** Names of everything that has a certificate. */
  public synchronized List<Subject> subjects() {
    return reading(() -> current().certificates().values().stream().map(c -> new Subject(c.name(), c.hosts())).toList());
  }

  /** The user and password that scrapes of this subject use now. */
  public synchronized Login login(String subject) {
    return reading(() -> {
      Manifest.Password password = password(current(), subject);
      return new Login(username(password.generation()), files.readSecret(files.password(password.owner(), password.generation())));
    });
  }

  /** All users and passwords that this subject accepts now: one, or two during a rotation and its overlap. */
  public synchronized List<Login> accepted(String subject) {
    return reading(() -> {
      Manifest.Password password = password(current(), subject);
      int first = password.generation() - (password.previousUntilMillis() > clock.wallMillis() ? 1 : 0);
      int last = password.generation() + (password.next() ? 1 : 0);
      List<Login> logins = new ArrayList<>();
      for (int generation = first; generation <= last; generation++) {
        logins.add(new Login(username(generation), files.readSecret(files.password(password.owner(), generation))));
      }
      return logins;
    });
  }

  /** PEM file with the authority's certificate, and during its rotation also the next one's: what clients trust. */
  public Path authorityFile() {
    return files.authority();
  }

  /** PEM file with the authority's private key. */
  public Path authorityKeyFile() {
    return files.authorityKey();
  }

  /** The PEM files a subject serves TLS with. They keep their names when the certificate is made anew. */
  public ListenerSpec.ServerTls serverTls(String subject) {
    return files.serverTls(subject);
  }

  /** The file that holds the password which scrapes of this subject use now. */
  public synchronized Path passwordFile(String subject) {
    return reading(() -> {
      Manifest.Password password = password(current(), subject);
      return files.password(password.owner(), password.generation());
    });
  }

  private Manifest withAuthority(Manifest manifest) throws IOException {
    if (manifest.authorityEndMillis() > clock.wallMillis() && disk.exists(authorityFile()) && disk.exists(authorityKeyFile())) {
      return manifest;
    }
    Authority.KeyAndCertificate made = Authority.create(AUTHORITY_NAME, clock.wallMillis(), settings.authorityDays());
    files.write(authorityKeyFile(), made.keyPem());
    files.write(authorityFile(), made.certificatePem());
    return manifest.withAuthority(made.endMillis(), 0);
  }

  private Manifest withCertificate(Manifest manifest, Authority authority, Subject subject, boolean anew) throws IOException {
    Manifest.Certificate known = manifest.certificates().get(subject.name());
    ListenerSpec.ServerTls tls = serverTls(subject.name());
    boolean good = known != null
        && !anew
        && known.hosts().containsAll(subject.hosts())
        && known.endMillis() - clock.wallMillis() > RENEW_SHARE * settings.certificateDays() * DAY_MILLIS
        && disk.exists(tls.certificateChainFile())
        && disk.exists(tls.keyFile())
        && authority.issued(disk.readAll(tls.certificateChainFile()), disk.readAll(tls.keyFile()));
    if (good) {
      return manifest;
    }
    Authority.KeyAndCertificate made = authority.issue(subject.name(), subject.hosts(), clock.wallMillis(), settings.certificateDays());
    files.write(tls.keyFile(), made.keyPem());
    files.write(tls.certificateChainFile(), made.certificatePem());
    return manifest.with(new Manifest.Certificate(subject.name(), subject.hosts(), made.endMillis()));
  }

  private Manifest withPassword(Manifest manifest, String owner) throws IOException {
    Manifest.Password known = manifest.passwords().get(owner);
    if (known != null && disk.exists(files.password(owner, known.generation()))) {
      return manifest;
    }
    int generation = known == null ? 1 : known.generation();
    files.writeSecret(files.password(owner, generation), newPassword());
    return manifest.with(new Manifest.Password(owner, generation, clock.wallMillis(), false, 0));
  }

  /** The authority that signs: the next one as soon as a rotation has made it. */
  private Authority signingAuthority(Manifest manifest) throws IOException {
    return manifest.hasNextAuthority()
        ? Authority.read(disk.readAll(files.nextAuthority()), disk.readAll(files.nextAuthorityKey()))
        : Authority.read(disk.readAll(authorityFile()), disk.readAll(authorityKeyFile()));
  }

  private Manifest.Password password(Manifest manifest, String subject) {
    Manifest.Password password = manifest.passwords().get(owner(subject));
    if (password == null) {
      throw new IllegalArgumentException("no credentials for " + subject + " in " + files.folder() + "; there are " + manifest.passwords().keySet());
    }
    return password;
  }

  private String owner(String subject) {
    return settings.onePasswordForAll() ? SHARED : subject;
  }

  private String username(int generation) {
    return generation == 1 ? settings.username() : settings.username() + "-" + generation;
  }

  private static Secret newPassword() {
    byte[] random = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(random);
    return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
  }

  /** What the folder holds, as of a few seconds ago: asked at every login. */
  private Manifest current() throws IOException {
    long now = clock.wallMillis();
    if (currentSinceMillis == Long.MIN_VALUE || now - currentSinceMillis >= REREAD_MILLIS) {
      remember(files.readManifest());
    }
    return current;
  }

  private void remember(Manifest manifest) {
    current = manifest;
    currentSinceMillis = clock.wallMillis();
    files.forgetSecrets();
  }

  private void writeManifest(Manifest manifest) throws IOException {
    files.write(files.manifest(), manifest.json());
    remember(manifest);
    publishExpiry(manifest);
  }

  /**
   * Looks whether the folder was changed since the last time, perhaps by a command, and if so publishes when everything ends. The manifest is
   * written last and with every change, so it tells.
   */
  public synchronized boolean refresh() {
    return reading(() -> {
      byte[] manifest = disk.exists(files.manifest()) ? disk.readAll(files.manifest()) : new byte[0];
      if (Arrays.equals(manifest, refreshed)) {
        return false;
      }
      refreshed = manifest;
      remember(files.readManifest());
      publishExpiry(current);
      return true;
    });
  }

  private void publishExpiry(Manifest manifest) {
    Gauge expiry = telemetry.gauge(EXPIRY_METRIC, "When a certificate of the deployment ends, in seconds since 1970.", "subject");
    expiry.labelValues(AUTHORITY_NAME).set(manifest.authorityEndMillis() / 1000.0);
    if (manifest.hasNextAuthority()) {
      expiry.labelValues(AUTHORITY_NAME + " (next)").set(manifest.nextAuthorityEndMillis() / 1000.0);
    } else {
      expiry.remove(AUTHORITY_NAME + " (next)");
    }
    manifest.certificates().values().forEach(c -> expiry.labelValues(c.name()).set(c.endMillis() / 1000.0));
  }

  private static void checkNames(List<Subject> subjects) {
    List<Problem> problems = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (Subject subject : subjects) {
      if (!subject.name().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}") || subject.name().matches("ca(-next)?") || subject.name().equals(SHARED)) {
        problems.add(Problem.error("", 0, 0,
            "name of a subject: expected letters, digits, dots and dashes, and neither 'ca' nor 'all', got '" + subject.name() + "'"));
      } else if (!seen.add(subject.name())) {
        problems.add(Problem.error("", 0, 0, "name of a subject: " + subject.name() + " is there twice"));
      }
      if (subject.hosts().isEmpty()) {
        problems.add(Problem.error("", 0, 0, subject.name() + ": expected at least one host name or address"));
      }
    }
    if (!problems.isEmpty()) {
      throw new ProblemsException(problems);
    }
  }

  private interface Writing {
    void run() throws IOException;
  }

  private interface Reading<T> {
    T run() throws IOException;
  }

  private void writing(Writing work) {
    try {
      work.run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot change the credentials in " + files.folder() + ": " + e.getMessage(), e);
    }
  }

  private <T> T reading(Reading<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the credentials in " + files.folder() + ": " + e.getMessage(), e);
    }
  }
}
