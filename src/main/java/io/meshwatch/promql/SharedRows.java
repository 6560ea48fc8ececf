package io.meshwatch.promql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rows of parts that stand in a query more than once, {@code x} in {@code x / (x + y)}, so that they are read and computed
 * once. Only as many values as cost little are kept, and within the query's budget; what is larger is evaluated each time. So is what
 * has something to tell, because it tells it with its place. Confined to one thread.
 */
final class SharedRows {
  /** Most values kept for one part: 8 MiB. */
  private static final long VALUES_MAX = 1 << 20;

  private final QueryContext context;
  /** Null where rows are not kept. */
  private final Map<Key, @Nullable Kept> kept = new HashMap<>();

  private record Key(String text, Steps steps) {}

  /** Rows, and the samples that they would count again. */
  private record Kept(List<Row> rows, SampleCounts counts) {}

  /** Pushes the rows of a part. */
  @FunctionalInterface
  interface Evaluation {
    void push(RowSink sink);
  }

  SharedRows(QueryContext context) {
    this.context = context;
  }

  /** Pushes the rows of the part with this text: those that were kept, or those of the evaluation. */
  void push(String text, Steps steps, Evaluation evaluation, RowSink sink) {
    Key key = new Key(text, steps);
    Kept known = kept.get(key);
    if (known != null) {
      context.counts().add(known.counts);
      known.rows.forEach(row -> sink.accept(row.copy()));
    } else if (kept.containsKey(key)) {
      evaluation.push(sink);
    } else {
      kept.put(key, evaluated(evaluation, steps, sink));
    }
  }

  private @Nullable Kept evaluated(Evaluation evaluation, Steps steps, RowSink sink) {
    Keeper keeper = new Keeper(sink);
    int notesBefore = context.annotations.size();
    SampleCounts counts = context.counts().fresh(steps.count());
    context.countingIn(counts, () -> evaluation.push(keeper));
    context.counts().add(counts);
    List<Row> rows = keeper.rows;
    return rows == null || context.annotations.size() > notesBefore ? null : new Kept(rows, counts);
  }

  /** Hands rows on and keeps copies, as long as they are few enough. */
  private final class Keeper implements RowSink {
    private final RowSink next;
    private @Nullable List<Row> rows = new ArrayList<>();
    private long values;

    Keeper(RowSink next) {
      this.next = next;
    }

    @Override
    public void accept(Row row) {
      List<Row> soFar = rows;
      if (soFar != null) {
        if (values + row.size() <= VALUES_MAX && context.tryHold(row.size())) {
          values += row.size();
          soFar.add(row.copy());
        } else {
          context.release(values);
          rows = null;
        }
      }
      next.accept(row);
    }
  }
}
