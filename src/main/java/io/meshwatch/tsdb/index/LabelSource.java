package io.meshwatch.tsdb.index;

import java.util.List;

/** What the selection of series needs of an index. */
public interface LabelSource {
  /** All series. */
  Postings all();

  /** The series that have a label with this value. */
  Postings postings(String name, String value);

  /** All values of a label, in no order. */
  List<String> values(String name);

  /** All label names, in no order. */
  List<String> names();
}
