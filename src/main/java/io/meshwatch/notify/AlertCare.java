package io.meshwatch.notify;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.mail.Truncation;
import java.util.List;
import java.util.Optional;

/** What people say about alerts: silences keep them back, acknowledgements say that somebody takes care. Safe for all threads. */
public final class AlertCare {
  private static final int ACKNOWLEDGEMENT_CHARACTERS_MAX = 1000;

  private final Object lock;
  private final Ledger ledger;
  private final Clock clock;
  private Silencing silencing;

  /** Takes the notifier's lock, which guards the ledger. */
  AlertCare(Object lock, Ledger ledger, Clock clock, int silencesMax) {
    this.lock = lock;
    this.ledger = ledger;
    this.clock = clock;
    this.silencing = new Silencing(ledger, silencesMax);
  }

  /** From now on keeps so many silences. */
  void allow(int silencesMax) {
    synchronized (lock) {
      silencing = new Silencing(ledger, silencesMax);
    }
  }

  /** Forgets silences that ended before a time. */
  void forgetExpired(long beforeMillis) {
    synchronized (lock) {
      silencing.forgetExpired(beforeMillis);
    }
  }

  /** All silences that are remembered, those that end last first. */
  public List<Silence> silences() {
    synchronized (lock) {
      return silencing.list();
    }
  }

  /** One silence. */
  public Optional<Silence> silence(String id) {
    synchronized (lock) {
      return Optional.ofNullable(ledger.silence(id));
    }
  }

  /** What a silence with these matchers would keep back now, and whether that is too much. */
  public SilencePreview previewSilence(List<Matcher> matchers) {
    synchronized (lock) {
      long now = clock.wallMillis();
      return SilencePreview.of(matchers, ledger.alerts().stream().filter(a -> !a.isResolvedAt(now)).toList());
    }
  }

  /**
   * Makes a silence, or changes the one with this id; where what it matches changes, a new one with a new id replaces it.
   *
   * @param force whether it may match too much
   * @throws ProblemsException with what is wrong
   */
  public Silence silence(
      Optional<String> id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment, boolean force) {
    synchronized (lock) {
      boolean known = id.map(ledger::silence).map(old -> old.matchers().equals(matchers)).orElse(false);
      String tooMuch = force || known ? "" : previewSilence(matchers).tooMuch();
      if (!tooMuch.isEmpty()) {
        throw new ProblemsException(Problem.error("", 0, 0,
            "the silence matches too much: " + tooMuch + "; narrow it, or insist with `meshwatch silence add --force`"));
      }
      Silence silence = silencing.put(id.orElse(null), matchers, startsAtMillis, endsAtMillis, createdBy, comment, clock.wallMillis());
      ledger.commit();
      return silence;
    }
  }

  /** As the other one, refused if it matches too much. */
  public Silence silence(Optional<String> id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment) {
    return silence(id, matchers, startsAtMillis, endsAtMillis, createdBy, comment, false);
  }

  /** Ends a silence now; throws {@link ProblemsException} if there is none or it has ended. */
  public Silence expireSilence(String id) {
    synchronized (lock) {
      Silence ended = silencing.expire(id, clock.wallMillis());
      ledger.commit();
      return ended;
    }
  }

  /**
   * Notes that somebody takes care of an alert: it is not repeated any more, only its end is told.
   *
   * @throws ProblemsException if no such alert fires
   */
  public void acknowledge(Labels alert, String author, String comment) {
    synchronized (lock) {
      long now = clock.wallMillis();
      Alert known = ledger.alert(alert);
      if (known == null || known.isResolvedAt(now)) {
        throw new ProblemsException(Problem.error("", 0, 0, "no alert with these labels fires: " + alert));
      }
      ledger.put(alert, new Acknowledgement(
          Truncation.toCharacters(author, ACKNOWLEDGEMENT_CHARACTERS_MAX), Truncation.toCharacters(comment, ACKNOWLEDGEMENT_CHARACTERS_MAX), now));
      ledger.commit();
    }
  }

  /** Takes an acknowledgement back: the alert is repeated again. */
  public void unacknowledge(Labels alert) {
    synchronized (lock) {
      ledger.removeAcknowledgement(alert);
      ledger.commit();
    }
  }
}
