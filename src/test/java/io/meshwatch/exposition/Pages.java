package io.meshwatch.exposition;

/** Looks into pages for tests of other packages. */
public final class Pages {
  private Pages() {}

  /** The value of a series, written as on the page; fails if it is not there. */
  public static double value(byte[] page, String series) {
    return Collected.parse("text/plain", page).samples().stream()
        .filter(s -> s.raw().equals(series))
        .map(Collected.Entry::value)
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not on the page"));
  }
}
