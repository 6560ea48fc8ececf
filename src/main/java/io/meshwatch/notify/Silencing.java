package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes, changes and ends silences. Guarded by the notifier's lock. */
final class Silencing {
  private static final int TEXT_CHARACTERS_MAX = 4096;
  private static final int MATCHERS_MAX = 100;

  private final Ledger ledger;
  private final int silencesMax;
  private long made;

  Silencing(Ledger ledger, int silencesMax) {
    this.ledger = ledger;
    this.silencesMax = silencesMax;
  }

  /** Makes a silence, or changes the one that is named; a change of what it matches ends the old one and makes a new one. */
  Silence put(@Nullable String id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment, long nowMillis) {
    check(matchers, startsAtMillis, endsAtMillis, createdBy, comment, nowMillis);
    Silence old = id == null ? null : ledger.silence(id);
    if (id != null && old == null) {
      throw problem("there is no silence " + id);
    }
    if (old != null && canChange(old, matchers, startsAtMillis, nowMillis)) {
      Silence changed = new Silence(old.id(), matchers, startsAtMillis, endsAtMillis, createdBy, comment, nowMillis);
      ledger.put(changed);
      return changed;
    }
    if (old != null && old.stateAt(nowMillis) != Silence.State.EXPIRED) {
      ledger.put(old.endingAt(nowMillis, nowMillis));
    }
    if (ledger.silences().size() >= silencesMax) {
      throw problem("there are " + silencesMax + " silences already, as many as silencesMax allows");
    }
    Silence silence = new Silence(newId(matchers, nowMillis), List.copyOf(matchers), Math.max(startsAtMillis, nowMillis), endsAtMillis, createdBy, comment, nowMillis);
    ledger.put(silence);
    return silence;
  }

  private static boolean canChange(Silence old, List<Matcher> matchers, long startsAtMillis, long nowMillis) {
    return switch (old.stateAt(nowMillis)) {
      case EXPIRED -> false;
      case ACTIVE -> old.matchers().equals(matchers) && old.startsAtMillis() == startsAtMillis;
      case PENDING -> old.matchers().equals(matchers) && startsAtMillis >= nowMillis;
    };
  }

  private static void check(
      List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment, long nowMillis) {
    if (matchers.isEmpty() || matchers.size() > MATCHERS_MAX) {
      throw problem("expected 1 to " + MATCHERS_MAX + " matchers, got " + matchers.size());
    }
    if (matchers.stream().allMatch(Matcher::matchesMissing)) {
      throw problem("at least one matcher must not match an empty value: this silence would keep every alert back");
    }
    if (endsAtMillis <= startsAtMillis) {
      throw problem("the end must be after the start");
    }
    if (endsAtMillis <= nowMillis) {
      throw problem("the end must not have passed");
    }
    if (createdBy.length() > TEXT_CHARACTERS_MAX || comment.length() > TEXT_CHARACTERS_MAX) {
      throw problem("author and comment may have " + TEXT_CHARACTERS_MAX + " characters");
    }
  }

  /** A name-based UUID: the same when a simulation runs again, different for every silence. */
  private String newId(List<Matcher> matchers, long nowMillis) {
    String id;
    do {
      String seed = matchers + "/" + nowMillis + "/" + made++;
      id = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
    } while (ledger.silence(id) != null);
    return id;
  }

  /** Ends a silence now; one that has not begun yet never will. */
  Silence expire(String id, long nowMillis) {
    Silence silence = ledger.silence(id);
    if (silence == null) {
      throw problem("there is no silence " + id);
    }
    if (silence.stateAt(nowMillis) == Silence.State.EXPIRED) {
      throw problem("silence " + id + " has ended already");
    }
    Silence ended = silence.endingAt(nowMillis, nowMillis);
    ledger.put(ended);
    return ended;
  }

  void forgetExpired(long beforeMillis) {
    List.copyOf(ledger.silences()).stream().filter(s -> s.endsAtMillis() < beforeMillis).forEach(s -> ledger.removeSilence(s.id()));
  }

  /** Those that end last first. */
  List<Silence> list() {
    return ledger.silences().stream().sorted(Comparator.comparingLong(Silence::endsAtMillis).reversed()).toList();
  }

  private static ProblemsException problem(String message) {
    return new ProblemsException(Problem.error("", 0, 0, message));
  }
}
