package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The best series of one group at each step. For each step there is a heap with its worst entry at the root, so that most values of most
 * series are refused by one comparison; a series is only remembered while it is in a heap. Among equal values the series that came first
 * is the better one, and NaN is worse than everything. Confined to one thread.
 *
 * <p>The heap of a step lies from {@code step * capacity} on; all heaps have the same capacity, which grows as entries come.
 */
final class RankedGroup {
  private static final int FIRST_CAPACITY = 4;
  private static final int NONE = -1;

  private final boolean greatest;
  /** How many entries each step may have; zero or less = none. */
  private final double[] limits;
  private final LongConsumer onGrowth;
  private final int[] sizes;
  private int capacity;
  private double[] values = {};
  private @Nullable Entrant[] entrants = {};
  private int seriesSeen;

  /** A series that is among the best at some step. */
  private static final class Entrant {
    private final Labels labels;
    private final boolean dropName;
    private final int order;
    /** The last of the entries that belong to it, while rows are made. */
    private int lastEntry = NONE;

    Entrant(Row row, int order) {
      this.labels = row.labels;
      this.dropName = row.dropName;
      this.order = order;
    }

    int order() {
      return order;
    }
  }

  /**
   * An empty group.
   *
   * @param greatest whether greater values are better
   * @param limits most entries at each step
   * @param onGrowth is told, before it happens, for how many more entries there will be room
   */
  RankedGroup(boolean greatest, double[] limits, LongConsumer onGrowth) {
    this.greatest = greatest;
    this.limits = limits;
    this.onGrowth = onGrowth;
    this.sizes = new int[limits.length];
  }

  /** How many entries there is room for. */
  int room() {
    return values.length;
  }

  /** Lets a series compete at each step where it has a float. */
  void add(Row row) {
    Entrant entrant = null;
    for (int step = 0; step < sizes.length; step++) {
      double value = row.floats[step];
      if (row.isFloat(step) && isWanted(step, value)) {
        entrant = entrant == null ? new Entrant(row, seriesSeen++) : entrant;
        enter(step, value, entrant);
      }
    }
  }

  private boolean isWanted(int step, double value) {
    return sizes[step] < limits[step] || (sizes[step] > 0 && isBetter(value, values[step * capacity]));
  }

  private void enter(int step, double value, Entrant entrant) {
    if (sizes[step] >= limits[step]) {
      sink(step * capacity, sizes[step], value, entrant);
      return;
    }
    if (sizes[step] == capacity) {
      grow();
    }
    rise(step * capacity, sizes[step]++, value, entrant);
  }

  private void grow() {
    int larger = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    double most = Arrays.stream(limits).max().orElse(0);
    larger = (int) Math.min(larger, most);
    onGrowth.accept((larger - capacity) * (long) sizes.length);
    double[] newValues = new double[Math.multiplyExact(larger, sizes.length)];
    @Nullable Entrant[] newEntrants = new Entrant[newValues.length];
    for (int step = 0; step < sizes.length; step++) {
      System.arraycopy(values, step * capacity, newValues, step * larger, sizes[step]);
      System.arraycopy(entrants, step * capacity, newEntrants, step * larger, sizes[step]);
    }
    capacity = larger;
    values = newValues;
    entrants = newEntrants;
  }

  /** Puts an entry into a free place at the end of a heap and moves it up past those that are better. */
  private void rise(int base, int free, double value, Entrant entrant) {
    int place = free;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (!isWorse(value, entrant, base + parent)) {
        break;
      }
      move(base + parent, base + place);
      place = parent;
    }
    put(base + place, value, entrant);
  }

  /** Puts an entry into the place of the worst one and moves it down past those that are worse. */
  private void sink(int base, int size, double value, Entrant entrant) {
    int place = 0;
    for (int child = 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && isWorse(values[base + child + 1], at(base + child + 1), base + child)) {
        child++;
      }
      if (isWorse(value, entrant, base + child)) {
        break;
      }
      move(base + child, base + place);
      place = child;
    }
    put(base + place, value, entrant);
  }

  private void move(int from, int to) {
    values[to] = values[from];
    entrants[to] = entrants[from];
  }

  private void put(int at, double value, Entrant entrant) {
    values[at] = value;
    entrants[at] = entrant;
  }

  private Entrant at(int entry) {
    Entrant entrant = entrants[entry];
    if (entrant == null) {
      throw new IllegalStateException("no entry at " + entry);
    }
    return entrant;
  }

  private boolean isWorse(double value, Entrant entrant, int other) {
    return isBetter(values[other], value) || (!isBetter(value, values[other]) && entrant.order > at(other).order);
  }

  private boolean isBetter(double value, double other) {
    if (Double.isNaN(value) || Double.isNaN(other)) {
      return !Double.isNaN(value);
    }
    return greatest ? value > other : value < other;
  }

  /** Pushes the series with the steps at which they are among the best: of a single step the best first, else in the order in which they came. */
  void push(RowSink sink) {
    Row row = new Row(Labels.EMPTY, sizes.length);
    if (sizes.length == 1) {
      pushBestFirst(row, sink);
    } else {
      pushInOrder(row, sink);
    }
  }

  private void pushBestFirst(Row row, RowSink sink) {
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < sizes[0]; place++) {
      places.add(place);
    }
    places.sort((a, b) -> {
      if (a.equals(b)) {
        return 0;
      }
      return isWorse(values[a], at(a), b) ? 1 : -1;
    });
    for (int place : places) {
      begin(row, at(place));
      row.floats[0] = values[place];
      sink.accept(row);
    }
  }

  private void pushInOrder(Row row, RowSink sink) {
    int[] entriesBefore = new int[values.length];
    List<Entrant> kept = new ArrayList<>();
    for (int step = 0; step < sizes.length; step++) {
      for (int entry = step * capacity; entry < step * capacity + sizes[step]; entry++) {
        Entrant entrant = at(entry);
        if (entrant.lastEntry == NONE) {
          kept.add(entrant);
        }
        entriesBefore[entry] = entrant.lastEntry;
        entrant.lastEntry = entry;
      }
    }
    kept.sort(Comparator.comparingInt(Entrant::order));
    for (Entrant entrant : kept) {
      begin(row, entrant);
      for (int entry = entrant.lastEntry; entry != NONE; entry = entriesBefore[entry]) {
        row.floats[entry / capacity] = values[entry];
      }
      sink.accept(row);
    }
  }

  private static void begin(Row row, Entrant entrant) {
    row.reset(entrant.labels);
    row.dropName = entrant.dropName;
  }
}
