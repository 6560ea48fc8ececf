package io.meshwatch.tsdb.index;

import java.util.Arrays;

/** The series that have one label value; references are added in ascending order. One writer at a time; readers see a prefix. */
final class PostingList {
  /** The label value: the one instance that all labels share. */
  private final String value;
  private int[] references = new int[1];
  private volatile int size;

  PostingList(String value) {
    this.value = value;
  }

  String value() {
    return value;
  }

  void add(int reference) {
    int count = size;
    if (count == references.length) {
      references = Arrays.copyOf(references, count + Math.max(1, count / 2));
    }
    references[count] = reference;
    // The array is stored before the size: who sees the size finds an array that is long enough.
    size = count + 1;
  }

  Postings view() {
    int count = size;
    return new Postings(references, count);
  }
}
