package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that takes alerts is killed again and again in the middle of its work: nothing that it said it took is lost. */
@Tag("peers")
class KillTest {
  private static final int KILLS = 5;
  private static final Pattern ALERT = Pattern.compile("N=(\\d+)=");

  @TempDir Path folder;

  private final Random random = new Random(7);
  private final Set<Long> alerts = new HashSet<>();
  private final List<String> silences = new ArrayList<>();
  private long next;

  /** Some test launchers load classes themselves and tell the class path only this way. */
  private static String classPath() {
    return KillTest.class.getClassLoader() instanceof URLClassLoader loader
        ? Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(":"))
        : System.getProperty("java.class.path");
  }

  private Process start(int relayPort, long firstAlert) throws Exception {
    return new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp",
        classPath(), KilledProcess.class.getName(), folder.resolve("notifications.db").toString(), Integer.toString(relayPort),
        Long.toString(firstAlert)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Reads what the process says it took, and kills it after so many alerts. */
  private void runAndKill(int relayPort, int alertsMin) throws Exception {
    Process process = start(relayPort, next);
    try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int taken = 0;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        taken += note(line) ? 1 : 0;
        if (taken == alertsMin) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    next += 100_000;
  }

  private boolean note(String line) {
    if (line.startsWith("alert ")) {
      alerts.add(Long.parseLong(line.substring("alert ".length())));
      return true;
    }
    if (line.startsWith("silence ")) {
      silences.add(line.substring("silence ".length()));
    }
    return false;
  }

  private static Map<Long, Integer> told(GreenMail relay) throws Exception {
    Map<Long, Integer> told = new HashMap<>();
    for (MimeMessage mail : relay.getReceivedMessages()) {
      BodyPart text = ((MimeMultipart) mail.getContent()).getBodyPart(0);
      Matcher found = ALERT.matcher((String) text.getContent());
      Set<Long> here = new HashSet<>();
      while (found.find()) {
        here.add(Long.parseLong(found.group(1)));
      }
      here.forEach(n -> told.merge(n, 1, Integer::sum));
    }
    return told;
  }

  @Test
  void losesNothingThatItTook() throws Exception {
    ServerSetup setup = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort();
    setup.setServerStartupTimeout(20_000);
    GreenMail relay = new GreenMail(setup);
    relay.start();
    try {
      int port = relay.getSmtp().getPort();
      for (int i = 0; i < KILLS; i++) {
        runAndKill(port, 20 + random.nextInt(150));
      }
      Process last = start(port, -1);
      try {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!told(relay).keySet().containsAll(alerts)) {
          assertThat(System.nanoTime()).as("all alerts are told in time").isLessThan(end);
          assertThat(last.waitFor(500, TimeUnit.MILLISECONDS)).as("the process runs").isFalse();
        }
      } finally {
        last.destroyForcibly().waitFor();
      }
      assertThat(alerts).hasSizeGreaterThan(20 * KILLS);
      long twice = told(relay).values().stream().filter(times -> times > 1).count();
      assertThat(twice).as("only what was under way at a kill may be told twice").isLessThan(alerts.size() / 2);
    } finally {
      relay.stop();
    }
    try (NotificationStore store = NotificationStore.open(folder.resolve("notifications.db"))) {
      assertThat(store.load().silences()).extracting(Silence::id).containsAll(silences);
      assertThat(store.load().told()).hasSizeGreaterThanOrEqualTo(alerts.size());
      assertThat(store.load().pending()).as("the spool is empty").isEmpty();
    }
  }
}
