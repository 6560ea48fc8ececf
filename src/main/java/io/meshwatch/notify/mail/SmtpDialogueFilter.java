package io.meshwatch.notify.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Picks what both sides said out of the library's log; what the library says about itself and every login line stays out. */
final class SmtpDialogueFilter {
  private SmtpDialogueFilter() {}

  static List<String> lines(ByteArrayOutputStream log, int bytesMax) {
    String text = log.toString(StandardCharsets.UTF_8);
    String bounded = text.length() > bytesMax ? text.substring(0, bytesMax) : text;
    List<String> lines = new ArrayList<>();
    for (String line : bounded.split("\r?\n", -1)) {
      if (line.startsWith("DEBUG SMTP: AUTH") && line.endsWith("trace suppressed")) {
        lines.add("(login, hidden)");
      } else if (!line.isBlank() && !line.startsWith("DEBUG") && !line.startsWith("AUTH ")) {
        lines.add(line);
      }
    }
    return List.copyOf(lines);
  }
}
