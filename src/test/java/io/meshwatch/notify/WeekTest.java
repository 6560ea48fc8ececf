package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A long time of random alerts, outages of the relay, lost replies, silences and restarts, from a seed. A reader believes each mail;
 * what the reader believes is compared with what is.
 */
class WeekTest {
  /** Group wait, group interval, longest wait between attempts, and the minute between two looks of this test. */
  private static final long PATIENCE_MILLIS = (10 + 60 + 60 + 60) * SECOND;

  private static final int ALERTS = 24;

  private final NotifyWorld world = new NotifyWorld();
  private final Map<String, Alert> firing = new HashMap<>();
  private final Set<String> believed = new HashSet<>();
  private final Set<String> perhapsToldTwice = new HashSet<>();
  /** Of these the end is not told, as nothing is about silenced alerts; so their next start is news although the reader knew them. */
  private final Set<String> endedInSilence = new HashSet<>();
  private final Map<String, Long> mustBeKnownSince = new HashMap<>();
  private final Set<String> silenced = new HashSet<>();
  private final Map<String, Long> silencedUntil = new HashMap<>();
  private Random random = new Random(0);
  private boolean relayUp = true;
  private int mails;

  @ParameterizedTest(name = "seed {0}, {1} hours")
  @CsvSource({"1, 168", "2, 24", "3, 24"})
  void tellsEveryAlertInTimeAndOnlyTheTruth(long seed, int hours) {
    random = new Random(seed);
    world.relay.answer(this::relay);
    for (int minute = 0; minute < hours * 60; minute++) {
      disturb();
      changeAlerts();
      world.pass(MINUTE);
      checkPatience(seed, minute);
    }
    calmDown();
    believed.removeAll(endedInSilence);
    assertThat(believed).as("seed %s: what the reader still believes to fire", seed).isEmpty();
    assertThat(world.notifier.spool().messages()).isZero();
    assertThat(mails).isGreaterThan(hours);
    world.close();
  }

  private void disturb() {
    if (random.nextInt(240) == 0) {
      world.restart();
    }
    if (random.nextInt(relayUp ? 300 : 20) == 0) {
      relayUp = !relayUp;
    }
    silencedUntil.values().removeIf(end -> end <= world.now());
    if (random.nextInt(90) == 0) {
      String name = "a" + random.nextInt(ALERTS);
      long end = world.now() + (1 + random.nextInt(120)) * MINUTE;
      world.notifier.silence(Optional.empty(), List.of(Matcher.equal("alert", name)), world.now(), end, "test", "");
      silencedUntil.merge(name, end, Math::max);
      if (!firing.containsKey(name)) {
        // An end that was not told yet is now about a silenced alert.
        endedInSilence.add(name);
      }
    }
    silenced.clear();
    silenced.addAll(silencedUntil.keySet());
  }

  private void changeAlerts() {
    List<Alert> sent = new ArrayList<>();
    for (int i = 0; i < ALERTS; i++) {
      String name = "a" + i;
      Alert now = firing.get(name);
      if (now == null && random.nextInt(200) == 0) {
        firing.put(name, alert(name, world.now(), world.now() + 4 * MINUTE));
        sent.add(firing.get(name));
      } else if (now != null && random.nextInt(40) == 0) {
        firing.remove(name);
        sent.add(alert(name, now.startsAtMillis(), world.now()));
        if (silenced.contains(name)) {
          endedInSilence.add(name);
        }
      } else if (now != null) {
        sent.add(alert(name, now.startsAtMillis(), world.now() + 4 * MINUTE));
      }
    }
    world.notifier.accept(sent);
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
      return new Delivery.Delayed(451, "greylisted", false);
    }
    boolean replyLost = random.nextInt(30) == 0;
    read(mail, replyLost);
    return replyLost ? new Delivery.Delayed(0, "reply lost", true) : new Delivery.Accepted(250, "ok");
  }

  private void read(MailMessage mail, boolean replyLost) {
    mails++;
    String section = "";
    for (String line : mail.text().split("\n", -1)) {
      if (line.startsWith("== ")) {
        section = line;
      }
      int at = line.indexOf(": <");
      if (at >= 0) {
        believe(section, line.substring(at + 3, line.length() - 1), replyLost);
      }
    }
  }

  private void believe(String section, String name, boolean replyLost) {
    switch (section) {
      case "== New ==" -> {
        assertThat(silenced).as("no mail about a silenced alert").doesNotContain(name);
        boolean may = !believed.contains(name) || perhapsToldTwice.contains(name) || endedInSilence.remove(name);
        assertThat(may).as("%s is news", name).isTrue();
        believed.add(name);
      }
      case "== Still firing ==" -> {
        assertThat(silenced).as("no mail about a silenced alert").doesNotContain(name);
        assertThat(believed).contains(name);
      }
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

  /** Every alert that could have been told for long enough is known to the reader. */
  private void checkPatience(long seed, int minute) {
    for (int i = 0; i < ALERTS; i++) {
      String name = "a" + i;
      boolean tellable = relayUp && firing.containsKey(name) && !silenced.contains(name);
      if (!tellable) {
        mustBeKnownSince.remove(name);
        continue;
      }
      long since = mustBeKnownSince.computeIfAbsent(name, n -> world.now() - MINUTE);
      if (world.now() - since > PATIENCE_MILLIS + 2 * MINUTE) {
        assertThat(believed).as("seed %s, minute %s: %s fires and can be told since %s s", seed, minute, name, (world.now() - since) / SECOND)
            .contains(name);
      }
    }
  }

  private void calmDown() {
    relayUp = true;
    // Nothing renews alerts any more, so those that are silenced end in silence.
    endedInSilence.addAll(silenced);
    world.relay.answer(mail -> {
      read(mail, false);
      return new Delivery.Accepted(250, "ok");
    });
    world.pass(150 * MINUTE);
    silenced.clear();
    silencedUntil.clear();
    firing.values().forEach(a -> world.notifier.accept(List.of(alert(a.labels().get("alert"), a.startsAtMillis(), world.now()))));
    firing.clear();
    world.pass(30 * MINUTE);
  }
}
