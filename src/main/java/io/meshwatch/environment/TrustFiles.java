package io.meshwatch.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Tells whether the files of a way of trusting were replaced since it was set up. Looks at them once a second at most. Safe for all threads. */
final class TrustFiles {
  private static final long LOOK_NANOS = 1_000_000_000L;

  private final TlsTrust trust;
  private final List<Long> changedAt;
  private volatile long lookedAtNanos;
  private volatile boolean replaced;

  TrustFiles(TlsTrust trust, long nowNanos) {
    this.trust = trust;
    this.changedAt = changedAt(trust);
    this.lookedAtNanos = nowNanos;
  }

  boolean wereReplaced(long nowNanos) {
    if (!replaced && nowNanos - lookedAtNanos >= LOOK_NANOS) {
      lookedAtNanos = nowNanos;
      replaced = !changedAt.equals(changedAt(trust));
    }
    return replaced;
  }

  private static List<Long> changedAt(TlsTrust trust) {
    return Stream.of(trust.caFile(), trust.certificateFile(), trust.keyFile())
        .flatMap(Optional::stream)
        .map(TrustFiles::changedAt)
        .toList();
  }

  private static long changedAt(Path file) {
    try {
      return Files.getLastModifiedTime(file).to(TimeUnit.MICROSECONDS);
    } catch (IOException e) {
      return 0;
    }
  }
}
