package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.SampleBuffer;

/** Joins two runs of samples that overlap in time; where both have a sample, the first run's counts. */
final class SampleMerge {
  private SampleMerge() {}

  static void copy(SampleBuffer from, int index, SampleBuffer to) {
    Histogram histogram = from.histogram(index);
    if (histogram == null) {
      to.add(from.timestamps()[index], from.values()[index]);
    } else {
      to.add(from.timestamps()[index], histogram);
    }
  }

  static SampleBuffer merge(SampleBuffer a, SampleBuffer b) {
    if (a.size() == 0) {
      return b;
    }
    SampleBuffer out = new SampleBuffer();
    out.grow(a.size() + b.size());
    int i = 0;
    int j = 0;
    while (i < a.size() || j < b.size()) {
      boolean takeA = j == b.size() || (i < a.size() && a.timestamps()[i] <= b.timestamps()[j]);
      if (takeA) {
        if (j < b.size() && a.timestamps()[i] == b.timestamps()[j]) {
          j++;
        }
        copy(a, i++, out);
      } else {
        copy(b, j++, out);
      }
    }
    return out;
  }
}
