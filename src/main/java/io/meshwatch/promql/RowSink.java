package io.meshwatch.promql;

/** Takes the rows of an instant vector one after another. */
@FunctionalInterface
interface RowSink {
  /** Takes a row. It belongs to the sink until it returns: it may change the row in place, and copies what it keeps. */
  void accept(Row row);
}
