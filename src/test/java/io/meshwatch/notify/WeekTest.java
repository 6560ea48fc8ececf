package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Timers;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.MailMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A long time of random alerts, outages of the relay, lost replies, silences and restarts, from a seed. A reader believes each mail;
 * what the reader believes is compared with what is:
 *
 * <ul>
 *   <li>Every alert that fires is mailed within its group wait plus one group interval, counted from when it began to fire, its
 *       silence ended, or the relay came up again, whichever is latest. A group wait alone would not do: an alert that joins a group
 *       which was told before waits for the group's next look, up to a group interval away, as in Alertmanager.
 *   <li>No mail is about an alert that is silenced at that moment.
 *   <li>Every resolved follows a firing.
 * </ul>
 *
 * The relay counts as up from its last failure on: it also fails when it loses a reply, and for the alerts of one mail when it puts
 * that mail off with 4xx.
 */
class WeekTest {
  private static final long GROUP_WAIT_MILLIS = 10 * SECOND;
  private static final long GROUP_INTERVAL_MILLIS = 60 * SECOND;
  private static final long DEADLINE_MILLIS = GROUP_WAIT_MILLIS + GROUP_INTERVAL_MILLIS;

  /** Between two changes of the world. */
  private static final long STEP_MILLIS = 20 * SECOND;
  private static final int STEPS_PER_MINUTE = (int) (MINUTE / STEP_MILLIS);

  private static final int ALERTS = 24;

  private final NotifyWorld world = new NotifyWorld();
  private final Timers timers = world.simulation.time();
  private final Map<String, Alert> firing = new HashMap<>();
  private final Set<String> believed = new HashSet<>();
  private final Set<String> perhapsToldTwice = new HashSet<>();
  /** Of these the end is not told, as nothing is about silenced alerts; so their next start is news although the reader knew them. */
  private final Set<String> endedInSilence = new HashSet<>();
  private final Map<String, Long> silencedUntil = new HashMap<>();
  /** When the relay last put off a mail about an alert. */
  private final Map<String, Long> putOffAt = new HashMap<>();
  private Random random = new Random(0);
  private boolean relayUp = true;
  /** Nothing changes any more, and nobody sends again what fires. */
  private boolean calm;
  /** When the relay last came up, or lost a reply. */
  private long relayFailedAt;
  private int mails;

  @ParameterizedTest(name = "seed {0}, {1} hours")
  @CsvSource({"1, 168", "2, 12", "3, 12"})
  void tellsEveryAlertInTimeAndOnlyTheTruth(long seed, int hours) {
    assertThat(world.settings.grouping()).as("what the deadline is made of")
        .returns(GROUP_WAIT_MILLIS / 1000.0, GroupingSettings::groupWaitSeconds)
        .returns(GROUP_INTERVAL_MILLIS / 1000.0, GroupingSettings::groupIntervalSeconds);
    random = new Random(seed);
    world.relay.answer(this::relay);
    Timers.Timer changes = timers.every("changes", STEP_MILLIS, 0, due -> {
      disturb();
      changeAlerts(due % MINUTE == 0);
    });
    world.pass(hours * 60L * MINUTE);
    changes.cancel(false);
    calmDown();
    believed.removeAll(endedInSilence);
    assertThat(believed).as("seed %s: what the reader still believes to fire", seed).isEmpty();
    assertThat(world.notifier.spool().messages()).isZero();
    assertThat(mails).isGreaterThan(hours);
    world.close();
  }

  /** True once in so many minutes. */
  private boolean once(int minutes) {
    return random.nextInt(minutes * STEPS_PER_MINUTE) == 0;
  }

  private void disturb() {
    if (once(240)) {
      world.restart();
    }
    if (once(relayUp ? 300 : 20)) {
      relayUp = !relayUp;
      relayFailedAt = world.now();
      planCheck(world.now());
    }
    if (once(90)) {
      String name = "a" + random.nextInt(ALERTS);
      long end = world.now() + (1 + random.nextInt(120)) * MINUTE;
      world.notifier.care().silence(Optional.empty(), List.of(Matcher.equal("alert", name)), world.now(), end, "test", "");
      silencedUntil.merge(name, end, Math::max);
      planCheck(end);
      if (!firing.containsKey(name)) {
        // An end that was not told yet is now about a silenced alert.
        endedInSilence.add(name);
      }
    }
  }

  private boolean silenced(String name) {
    return silencedUntil.getOrDefault(name, 0L) > world.now();
  }

  /** Begins and ends alerts; those that go on are sent once a minute, as rules do. */
  private void changeAlerts(boolean again) {
    List<Alert> sent = new ArrayList<>();
    for (int i = 0; i < ALERTS; i++) {
      String name = "a" + i;
      Alert now = firing.get(name);
      if (now == null && once(200)) {
        firing.put(name, alert(name, world.now(), world.now() + 4 * MINUTE));
        sent.add(firing.get(name));
        planCheck(world.now());
      } else if (now != null && once(40)) {
        firing.remove(name);
        sent.add(alert(name, now.startsAtMillis(), world.now()));
        if (silenced(name)) {
          endedInSilence.add(name);
        }
      } else if (now != null && again) {
        sent.add(alert(name, now.startsAtMillis(), world.now() + 4 * MINUTE));
      }
    }
    if (!sent.isEmpty()) {
      world.notifier.accept(sent);
    }
  }

  private Alert alert(String name, long start, long end) {
    Labels labels = Labels.of("alertname", "Group" + name.hashCode() % 5, "alert", name, "severity", "warning");
    return new Alert(labels, Labels.of("summary", "<" + name + ">"), start, end, world.now(), "", OptionalDouble.empty());
  }

  private Delivery relay(MailMessage mail) {
    if (!relayUp) {
      return new Delivery.Delayed(0, "down", true);
    }
    if (random.nextInt(20) == 0) {
      forEachAlert(mail, (section, name) -> putOffAt.put(name, world.now()));
      planCheck(world.now());
      return new Delivery.Delayed(451, "greylisted", false);
    }
    boolean replyLost = random.nextInt(30) == 0;
    read(mail, replyLost);
    if (replyLost) {
      relayFailedAt = world.now();
      planCheck(world.now());
      return new Delivery.Delayed(0, "reply lost", true, true);
    }
    return new Delivery.Accepted(250, "ok");
  }

  private void read(MailMessage mail, boolean replyLost) {
    mails++;
    forEachAlert(mail, (section, name) -> believe(section, name, replyLost));
  }

  private static void forEachAlert(MailMessage mail, BiConsumer<String, String> sectionAndName) {
    String section = "";
    for (String line : mail.text().split("\n", -1)) {
      if (line.startsWith("== ")) {
        section = line;
      }
      int at = line.indexOf(": <");
      if (at >= 0) {
        sectionAndName.accept(section, line.substring(at + 3, line.length() - 1));
      }
    }
  }

  private void believe(String section, String name, boolean replyLost) {
    assertThat(silenced(name)).as("the mail is about %s, which is silenced", name).isFalse();
    switch (section) {
      case "== New ==" -> {
        boolean may = !believed.contains(name) || perhapsToldTwice.contains(name) || endedInSilence.remove(name);
        assertThat(may).as("%s is news", name).isTrue();
        believed.add(name);
      }
      case "== Still firing ==" -> assertThat(believed).contains(name);
      case "== Resolved ==" -> {
        assertThat(believed.contains(name) || perhapsToldTwice.contains(name)).as("the end of %s follows its start", name).isTrue();
        believed.remove(name);
        endedInSilence.remove(name);
      }
      case "== Over before a mail could be sent ==" -> {
        assertThat(!believed.contains(name) || perhapsToldTwice.contains(name) || endedInSilence.remove(name)).as("%s was not told before", name).isTrue();
        believed.remove(name);
      }
      default -> throw new AssertionError(section);
    }
    if (replyLost) {
      perhapsToldTwice.add(name);
    } else {
      perhapsToldTwice.remove(name);
    }
  }

  /** From a moment on an alert could have been mailed; so it must have been a deadline later. */
  private void planCheck(long fromMillis) {
    timers.once("deadline", fromMillis + DEADLINE_MILLIS + 1, this::checkDeadlines);
  }

  private void checkDeadlines(long dueMillis) {
    for (Alert alert : calm ? List.<Alert>of() : firing.values()) {
      String name = alert.labels().get("alert");
      if (relayUp && !silenced(name) && !believed.contains(name)) {
        long since = Math.max(Math.max(alert.startsAtMillis(), relayFailedAt),
            Math.max(silencedUntil.getOrDefault(name, 0L), putOffAt.getOrDefault(name, 0L)));
        assertThat(world.now() - since).as("second %s: since when %s could have been mailed (ms)", (dueMillis - NotifyWorld.START) / SECOND, name)
            .isLessThanOrEqualTo(DEADLINE_MILLIS);
      }
    }
  }

  private void calmDown() {
    relayUp = true;
    calm = true;
    // Those that are silenced end in silence.
    silencedUntil.keySet().stream().filter(this::silenced).forEach(endedInSilence::add);
    world.relay.answer(mail -> {
      read(mail, false);
      return new Delivery.Accepted(250, "ok");
    });
    world.pass(150 * MINUTE);
    firing.values().forEach(a -> world.notifier.accept(List.of(alert(a.labels().get("alert"), a.startsAtMillis(), world.now()))));
    firing.clear();
    world.pass(30 * MINUTE);
  }
}
