package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Keeps the last mails that came in. Guarded by this. */
final class MailSink {
  private final Clock clock;
  private final int mailsMax;
  private final Deque<Mail> newestFirst = new ArrayDeque<>();

  MailSink(Clock clock, int mailsMax) {
    this.clock = clock;
    this.mailsMax = mailsMax;
  }

  void accept(String from, List<String> to, byte[] message) {
    Mail mail = Mail.parse(from, to, message, clock.wallMillis());
    synchronized (this) {
      newestFirst.addFirst(mail);
      while (newestFirst.size() > mailsMax) {
        newestFirst.removeLast();
      }
    }
  }

  /** Newest first. */
  synchronized List<Mail> mails() {
    return List.copyOf(newestFirst);
  }
}
