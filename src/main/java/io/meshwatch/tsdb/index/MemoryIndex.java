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
    PostingList[] lists = new PostingList[labels.size()];
    LabelValues[] values = new LabelValues[labels.size()];
    for (int i = 0; i < lists.length; i++) {
      values[i] = valuesOf(labels.name(i));
      lists[i] = listOf(values[i], labels.value(i));
    }
    S added = maker.apply(shared(labels, values, lists));
    store(added, lists);
    return added;
  }

  /** Adds a series whose labels are made of shared strings already, or of such that no other series has. */
  public void addShared(Labels labels, S added) {
    PostingList[] lists = new PostingList[labels.size()];
    for (int i = 0; i < lists.length; i++) {
      lists[i] = listOf(valuesOf(labels.name(i)), labels.value(i));
    }
    store(added, lists);
  }

  private void store(S added, PostingList[] lists) {
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
  }

  /** Equal labels out of the shared strings: the given ones if they are made of these already. */
  @SuppressWarnings("ReferenceEquality") // The point is to have one instance.
  private static Labels shared(Labels labels, LabelValues[] values, PostingList[] lists) {
    boolean isShared = true;
    for (int i = 0; i < lists.length && isShared; i++) {
      isShared = labels.name(i) == values[i].name && labels.value(i) == lists[i].value();
    }
    if (isShared) {
      return labels;
    }
    String[] pairs = new String[2 * lists.length];
    for (int i = 0; i < lists.length; i++) {
      pairs[2 * i] = values[i].name;
      pairs[2 * i + 1] = lists[i].value();
    }
    return Labels.ofSorted(pairs);
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
