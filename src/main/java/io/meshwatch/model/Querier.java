package io.meshwatch.model;

import java.util.List;

/** A consistent view of the series in a range of time. Close it: it keeps blocks open. Safe for several threads of one query. */
public interface Querier extends AutoCloseable {
  /** The series that meet all matchers, sorted by labels. */
  SeriesSet select(List<Matcher> matchers);

  /** All values of a label among series that meet all matchers (none = all series), sorted, at most {@code limit} (0 = all). */
  List<String> labelValues(String name, List<Matcher> matchers, int limit);

  /** All label names among series that meet all matchers (none = all series), sorted, at most {@code limit} (0 = all). */
  List<String> labelNames(List<Matcher> matchers, int limit);

  @Override
  void close();
}
