package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Binary;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code and}, {@code unless} and {@code or}. Of the right side of {@code and} and {@code unless} only one bit a step is kept for all series
 * with the same matching labels, and the left side passes by. {@code or} holds the right side. Confined to one thread.
 */
final class SetOperation {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Binary binary;
  private final Steps steps;
  private final LabelGroups<BitSet> present;

  /** With the labels that decide, or, without {@code on}, those that do not. */
  SetOperation(Evaluator evaluator, Binary binary, Steps steps, Set<String> labels, boolean on) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.binary = binary;
    this.steps = steps;
    this.present = new LabelGroups<>(labels, !on, key -> {
      context.hold(bitsAsSamples(), binary);
      return new BitSet(steps.count());
    });
  }

  private long bitsAsSamples() {
    return steps.count() / Long.SIZE + 1L;
  }

  void run(RowSink sink) {
    if (binary.op() == BinaryOp.OR) {
      union(sink);
    } else {
      intersect(binary.op() == BinaryOp.AND, sink);
    }
    context.release(present.all().size() * bitsAsSamples());
  }

  private void intersect(boolean keepIfPresent, RowSink sink) {
    evaluator.vector(binary.right(), steps, row -> mark(row, present.of(row.labels)));
    BitSet never = new BitSet();
    evaluator.vector(binary.left(), steps, row -> {
      BitSet other = present.find(row.labels);
      if (keepOnly(row, other == null ? never : other, keepIfPresent)) {
        sink.accept(row);
      }
    });
  }

  /** Left series pass by unless a right one has the very same labels: these two are one series where neither hides the other. */
  private void union(RowSink sink) {
    List<Row> right = evaluator.rows(binary.right(), steps);
    Set<Labels> twins = new HashSet<>();
    if (steps.count() > 1) {
      right.forEach(row -> twins.add(row.labels));
    }
    Merging merging = new Merging(context, binary, sink);
    evaluator.vector(binary.left(), steps, row -> {
      // A comparison may leave nothing of a series: it then hides nobody, and the right side's twin may pass.
      if (mark(row, present.of(row.labels))) {
        (twins.contains(row.labels) ? merging : sink).accept(row);
      }
    });
    for (Row row : right) {
      BitSet other = present.find(row.labels);
      boolean any = other == null || keepOnly(row, other, false);
      if (any) {
        (steps.count() > 1 ? merging : sink).accept(row);
      }
    }
    merging.finish();
    context.release((long) right.size() * steps.count());
  }

  /** False if the row is empty. */
  private static boolean mark(Row row, BitSet steps) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (row.isPresent(i)) {
        steps.set(i);
        any = true;
      }
    }
    return any;
  }

  /** Leaves the steps that are in the set, or those that are not; false if nothing is left. */
  private static boolean keepOnly(Row row, BitSet set, boolean inSet) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (row.isPresent(i)) {
        if (set.get(i) == inSet) {
          any = true;
        } else {
          row.clear(i);
        }
      }
    }
    return any;
  }
}
