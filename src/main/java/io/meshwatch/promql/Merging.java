package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects rows and joins those with the same labels, which is allowed only if they have no step in common. For places where
 * labels change; confined to one thread.
 */
final class Merging implements RowSink {
  private final QueryContext context;
  private final Expr part;
  private final RowSink next;
  private final Map<Labels, Row> rows = new LinkedHashMap<>();
  private long held;

  Merging(QueryContext context, Expr part, RowSink next) {
    this.context = context;
    this.part = part;
    this.next = next;
  }

  @Override
  public void accept(Row row) {
    Row known = rows.get(row.labels);
    if (known == null) {
      rows.put(row.labels, row.copy());
      held += row.size();
      context.hold(row.size(), part);
      return;
    }
    for (int i = 0; i < row.size(); i++) {
      if (row.isPresent(i)) {
        if (known.isPresent(i)) {
          throw context.failure("vector cannot contain metrics with the same labelset");
        }
        known.copyStep(i, row);
      }
    }
    known.dropName &= row.dropName;
  }

  /** Hands all rows on, in the order in which their labels came first. */
  void finish() {
    rows.values().forEach(next::accept);
    context.release(held);
  }
}
