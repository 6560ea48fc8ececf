package io.meshwatch.model;

import java.util.List;

/** The series a selection found, in the order of their labels. Confined to one thread; its series may be read by others. */
public interface SeriesSet {
  boolean next();

  /** The current series. */
  Series at();

  /** What went wrong without spoiling the answer, for example a quarantined block. */
  default List<String> warnings() {
    return List.of();
  }

  /** A set over a list that is sorted by labels. */
  static SeriesSet of(List<? extends Series> sorted) {
    return new SeriesSet() {
      private int at = -1;

      @Override
      public boolean next() {
        return ++at < sorted.size();
      }

      @Override
      public Series at() {
        return sorted.get(at);
      }
    };
  }
}
