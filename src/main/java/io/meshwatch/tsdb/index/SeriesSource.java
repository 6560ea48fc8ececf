package io.meshwatch.tsdb.index;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import java.util.List;

/** A part of the store that holds series for some range of time, opened for one query. Closed by who opened it. */
public interface SeriesSource extends AutoCloseable {
  /** The series that meet all matchers and may have samples in the range, sorted by labels. */
  List<ChunkedSeries> select(List<Matcher> matchers);

  /** The index of labels. */
  LabelSource labels();

  /** The labels of a series in the index's postings. */
  Labels labelsOf(int reference);

  @Override
  void close();
}
