package io.meshwatch.deploy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Secret;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Says whether a user and password are right, against plain passwords or bcrypt hashes ({@code $2a$}, {@code $2b$}, {@code $2y$}).
 * What was right is remembered by a keyed digest, so that bcrypt is paid once and not at every scrape; what was wrong is counted and
 * answered late. Safe for all threads.
 */
public final class CredentialChecker implements BiPredicate<String, String> {
  private static final int VERIFIED_MAX = 1_000;
  private static final long WRONG_DELAY_MILLIS = 500;
  /** So many wrong logins wait at once; further ones are refused at once, without costing a bcrypt run. */
  private static final int WAITING_MAX = 50;

  private final Clock clock;
  private final Counts counts;
  private final Supplier<List<Credentials.Login>> accepted;
  private final byte[] salt = new byte[32];
  /** Keyed digest of user and password to the expected password or hash it was checked against. */
  private final ConcurrentHashMap<String, String> verified = new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(WAITING_MAX);

  /** Counts logins. */
  public interface Counts {
    /** User and password were right. */
    void accepted();

    /** One of them was wrong, or too many wrong ones wait already. */
    void rejected();
  }

  /**
   * A checker for one listener.
   *
   * @param name names the listener in metrics
   * @param accepted users with their plain password or bcrypt hash; asked at every check, so it must be quick
   */
  public CredentialChecker(String name, Clock clock, Telemetry telemetry, Supplier<List<Credentials.Login>> accepted) {
    this(clock, counted(name, telemetry), accepted);
  }

  /** A checker whose logins are counted elsewhere. */
  public CredentialChecker(Clock clock, Counts counts, Supplier<List<Credentials.Login>> accepted) {
    this.clock = clock;
    this.counts = counts;
    this.accepted = accepted;
    new SecureRandom().nextBytes(salt);
  }

  private static Counts counted(String name, Telemetry telemetry) {
    CounterDataPoint wrong = telemetry.counter("meshwatch_logins_rejected", "Wrong user names or passwords.", "listener").labelValues(name);
    Counter right = telemetry.counter("meshwatch_logins_accepted", "Right user names and passwords.", "listener");
    return new Counts() {
      @Override
      public void accepted() {
        right.labelValues(name).inc();
      }

      @Override
      public void rejected() {
        wrong.inc();
      }
    };
  }

  @Override
  public boolean test(String username, String password) {
    String digest = digest(username, password);
    String known = verified.get(digest);
    for (Credentials.Login login : accepted.get()) {
      if (login.username().equals(username) && login.password().reveal().equals(known)) {
        counts.accepted();
        return true;
      }
    }
    return checkInFull(username, password, digest);
  }

  private boolean checkInFull(String username, String password, String digest) {
    if (!waiting.tryAcquire()) {
      counts.rejected();
      return false;
    }
    try {
      for (Credentials.Login login : accepted.get()) {
        if (login.username().equals(username) && matches(password, login.password())) {
          remember(digest, login.password().reveal());
          counts.accepted();
          return true;
        }
      }
      counts.rejected();
      clock.sleep(WRONG_DELAY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.release();
    }
    return false;
  }

  private static boolean matches(String password, Secret expected) {
    byte[] given = password.getBytes(StandardCharsets.UTF_8);
    byte[] wanted = expected.reveal().getBytes(StandardCharsets.UTF_8);
    if (BcryptHash.isHash(expected)) {
      return BCrypt.verifyer().verify(given, wanted).verified;
    }
    return MessageDigest.isEqual(given, wanted);
  }

  private void remember(String digest, String expected) {
    if (verified.size() >= VERIFIED_MAX) {
      verified.clear();
    }
    verified.put(digest, expected);
  }

  private String digest(String username, String password) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(salt);
      sha.update(username.getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      return Base64.getEncoder().encodeToString(sha.digest(password.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
