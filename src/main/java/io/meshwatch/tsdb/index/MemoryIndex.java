package io.meshwatch.tsdb.index;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The inverted index of series in memory. A series gets the next free number; lists of numbers stay sorted because numbers only
 * grow. Nothing is ever taken out: when series are dropped, a new index is made of those that stay. It also holds the one
 * instance of each label name and value that all labels share.
 *
 * <p>Additions are guarded by the caller's lock; readers need none and see a prefix of the additions.
 */
public final class MemoryIndex<S> implements LabelSource {
  private final ConcurrentHashMap<String, LabelValues> names = new ConcurrentHashMap<>();
  private final PostingList all = new PostingList("");
  private volatile Object[] series = new Object[1024];
  private volatile LabelOrder order = LabelOrder.EMPTY;

  private record LabelValues(String name, ConcurrentHashMap<String, PostingList> values) {}

  /** Adds the series that is made for equal labels out of the shared strings; it can be found when this returns. */
  public S add(Labels labels, Function<Labels, S> maker) {
    String[] pairs = new String[2 * labels.size()];
    PostingList[] lists = new PostingList[labels.size()];
    for (int i = 0; i < lists.length; i++) {
      LabelValues values = valuesOf(labels.name(i));
      lists[i] = listOf(values, labels.value(i));
      pairs[2 * i] = values.name;
      pairs[2 * i + 1] = lists[i].value();
    }
    S added = maker.apply(Labels.ofSorted(pairs));
    int number = all.view().size();
    Object[] current = series;
    if (number == current.length) {
      current = Arrays.copyOf(current, number + number / 2);
    }
    current[number] = added;
    series = current;
    for (PostingList list : lists) {
      list.add(number);
    }
    all.add(number);
    return added;
  }

  private LabelValues valuesOf(String name) {
    LabelValues values = names.get(name);
    return values != null ? values : names.computeIfAbsent(name, n -> new LabelValues(n, new ConcurrentHashMap<>(1)));
  }

  private static PostingList listOf(LabelValues values, String value) {
    PostingList list = values.values.get(value);
    return list != null ? list : values.values.computeIfAbsent(value, PostingList::new);
  }

  /** How many values a label name has. */
  public int valueCount(String name) {
    LabelValues values = names.get(name);
    return values == null ? 0 : values.values.size();
  }

  /** How many series there are. */
  public int size() {
    return all.view().size();
  }

  /** The series with a number. */
  @SuppressWarnings("unchecked") // Only add() stores into the array.
  public S series(int number) {
    return (S) series[number];
  }

  /** The numbers of some series in the order of their labels. */
  public int[] inLabelOrder(Postings found, Function<S, Labels> labelsOf) {
    IntFunction<Labels> labels = number -> labelsOf.apply(series(number));
    LabelOrder known = order;
    int count = size();
    if (known.isOutdated(count)) {
      // Several threads may do this at once; each result is right.
      known = known.extended(count, labels);
      order = known;
    }
    return known.sorted(found, labels);
  }

  @Override
  public Postings all() {
    return all.view();
  }

  @Override
  public Postings postings(String name, String value) {
    LabelValues values = names.get(name);
    PostingList list = values == null ? null : values.values.get(value);
    return list == null ? Postings.EMPTY : list.view();
  }

  @Override
  public List<String> values(String name) {
    LabelValues values = names.get(name);
    return values == null ? List.of() : new ArrayList<>(values.values.keySet());
  }

  @Override
  public List<String> names() {
    return new ArrayList<>(names.keySet());
  }
}
