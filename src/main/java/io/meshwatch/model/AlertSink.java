package io.meshwatch.model;

import java.util.List;

/** Takes alerts from rules. Returns when they are safe: what was accepted here is not lost by a restart. Safe for all threads. */
public interface AlertSink {
  void accept(List<Alert> alerts);
}
