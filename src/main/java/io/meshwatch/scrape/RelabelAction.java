package io.meshwatch.scrape;

/** What a relabel rule does. */
public enum RelabelAction {
  /** Writes the expanded replacement to the target label if the pattern matches. */
  REPLACE,
  /** Drops what does not match. */
  KEEP,
  /** Drops what matches. */
  DROP,
  /** Drops unless the source labels equal the target label. */
  KEEP_EQUAL,
  /** Drops if the source labels equal the target label. */
  DROP_EQUAL,
  /** Writes a hash of the source labels modulo a number to the target label. */
  HASH_MOD,
  /** Copies labels whose names match to names made by the replacement. */
  LABEL_MAP,
  /** Removes labels whose names match. */
  LABEL_DROP,
  /** Removes labels whose names do not match. */
  LABEL_KEEP,
  /** Writes the source labels in lower case to the target label. */
  LOWERCASE,
  /** Writes the source labels in upper case to the target label. */
  UPPERCASE;

  /** As Prometheus' configuration names it: {@code labelmap}. */
  public String text() {
    return name().replace("_", "").toLowerCase(java.util.Locale.ROOT);
  }

  private boolean writesTarget() {
    return switch (this) {
      case REPLACE, HASH_MOD, LOWERCASE, UPPERCASE -> true;
      case KEEP, DROP, KEEP_EQUAL, DROP_EQUAL, LABEL_MAP, LABEL_DROP, LABEL_KEEP -> false;
    };
  }

  boolean needsTarget() {
    return writesTarget() || this == KEEP_EQUAL || this == DROP_EQUAL;
  }
}
