package io.meshwatch.tsdb;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.TextSet;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.SeriesMerge;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.index.Postings;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.index.SeriesSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads blocks and head as one: a series that several of them have is one series with the chunks of all. */
final class StoreQuerier implements Querier {
  private final List<SeriesSource> sources;
  private final long fromMillis;
  private final long toMillis;

  StoreQuerier(List<SeriesSource> sources, long fromMillis, long toMillis) {
    this.sources = sources;
    this.fromMillis = fromMillis;
    this.toMillis = toMillis;
  }

  @Override
  public SeriesSet select(List<Matcher> matchers) {
    List<List<ChunkedSeries>> lists = new ArrayList<>(sources.size());
    List<String> warnings = new ArrayList<>();
    for (SeriesSource source : sources) {
      try {
        List<ChunkedSeries> found = source.select(matchers);
        if (!found.isEmpty()) {
          lists.add(found);
        }
      } catch (CorruptionException e) {
        warnings.add("a damaged block is left out: " + e.getMessage());
      }
    }
    return withWarnings(SeriesSet.of(merged(lists)), warnings);
  }

  private List<ChunkedSeries> merged(List<List<ChunkedSeries>> lists) {
    if (lists.size() < 2) {
      return lists.isEmpty() ? List.of() : lists.getFirst();
    }
    List<ChunkedSeries> merged = new ArrayList<>();
    new SeriesMerge(lists, fromMillis, toMillis).forEachRemaining(merged::add);
    return merged;
  }

  private static SeriesSet withWarnings(SeriesSet set, List<String> warnings) {
    if (warnings.isEmpty()) {
      return set;
    }
    return new SeriesSet() {
      @Override
      public boolean next() {
        return set.next();
      }

      @Override
      public Series at() {
        return set.at();
      }

      @Override
      public List<String> warnings() {
        return warnings;
      }
    };
  }

  @Override
  public List<String> labelValues(String name, List<Matcher> matchers, int limit) {
    TextSet values = new TextSet();
    for (SeriesSource source : sources) {
      if (matchers.isEmpty()) {
        values.addAll(source.labels().values(name));
      } else {
        addValues(source, name, matchers, values);
      }
    }
    return values.sorted(limit);
  }

  private static void addValues(SeriesSource source, String name, List<Matcher> matchers, TextSet into) {
    LabelSource index = source.labels();
    Postings found = Selection.select(index, matchers);
    for (int i = 0; i < found.size(); i++) {
      String value = source.labelsOf(found.get(i)).get(name);
      if (!value.isEmpty()) {
        into.add(value);
      }
    }
  }

  @Override
  public List<String> labelNames(List<Matcher> matchers, int limit) {
    TextSet names = new TextSet();
    for (SeriesSource source : sources) {
      if (matchers.isEmpty()) {
        names.addAll(source.labels().names());
      } else {
        addNames(source, matchers, names);
      }
    }
    return names.sorted(limit);
  }

  private static void addNames(SeriesSource source, List<Matcher> matchers, TextSet into) {
    Postings found = Selection.select(source.labels(), matchers);
    Labels last = null;
    for (int i = 0; i < found.size(); i++) {
      Labels labels = source.labelsOf(found.get(i));
      if (!hasSameNames(labels, last)) {
        for (int n = 0; n < labels.size(); n++) {
          into.add(labels.name(n));
        }
      }
      last = labels;
    }
  }

  private static boolean hasSameNames(Labels labels, @Nullable Labels last) {
    if (last == null || last.size() != labels.size()) {
      return false;
    }
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.name(i).equals(last.name(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    sources.forEach(SeriesSource::close);
  }
}
