package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import java.util.Optional;

/** Knows how the value that an alert compares went on. Calls may block; a source that cannot answer gives nothing. */
@FunctionalInterface
public interface CurveSource {
  /** The value between two times; empty if it is not known. */
  Optional<Curve> curve(Alert alert, long fromMillis, long toMillis) throws InterruptedException;
}
