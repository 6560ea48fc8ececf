package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Binary;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code and}, {@code unless} and {@code or}. Of the right side of {@code and} and {@code unless} only one flag a step is kept for all series
 * with the same matching labels, and the left side passes by. {@code or} holds the right side. Confined to one thread.
 */
final class SetOperation {
  private static final int SAMPLE_BYTES = 16;

  private final Evaluator evaluator;
  private final QueryContext context;
  private final Binary binary;
  private final Steps steps;
  private final LabelGroups<boolean[]> present;

  /** With the labels that decide, or, without {@code on}, those that do not. */
  SetOperation(Evaluator evaluator, Binary binary, Steps steps, Set<String> labels, boolean on) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.binary = binary;
    this.steps = steps;
    this.present = new LabelGroups<>(labels, !on, key -> {
      context.hold(flagsAsSamples(), binary);
      return new boolean[steps.count()];
    });
  }

  /** What a flag a step takes of the budget. */
  private long flagsAsSamples() {
    return steps.count() / (long) SAMPLE_BYTES + 1;
  }

  void run(RowSink sink) {
    if (binary.op() == BinaryOp.OR) {
      union(sink);
    } else {
      intersect(binary.op() == BinaryOp.AND, sink);
    }
    context.release(present.all().size() * flagsAsSamples());
  }

  private void intersect(boolean keepIfPresent, RowSink sink) {
    evaluator.vector(binary.right(), steps, row -> mark(row, present.of(row.labels)));
    boolean[] never = new boolean[steps.count()];
    evaluator.vector(binary.left(), steps, row -> {
      boolean[] other = present.find(row.labels);
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
    Set<Labels> waiting = new HashSet<>();
    Merging merging = new Merging(context, binary, sink);
    evaluator.vector(binary.left(), steps, row -> {
      // A comparison may leave nothing of a series: it then hides nobody, and the right side's twin may pass.
      boolean any = mark(row, present.of(row.labels));
      if (any && twins.contains(row.labels)) {
        waiting.add(row.labels);
        merging.accept(row);
      } else if (any) {
        sink.accept(row);
      }
    });
    for (Row row : right) {
      boolean[] other = present.find(row.labels);
      if (other == null || keepOnly(row, other, false)) {
        (waiting.contains(row.labels) ? merging : sink).accept(row);
      }
    }
    merging.finish();
    context.release((long) right.size() * steps.count());
  }

  /** False if the row is empty. */
  private static boolean mark(Row row, boolean[] flags) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (row.isPresent(i)) {
        flags[i] = true;
        any = true;
      }
    }
    return any;
  }

  /** Leaves the steps that are flagged, or those that are not; false if nothing is left. */
  private static boolean keepOnly(Row row, boolean[] flags, boolean flagged) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (row.isPresent(i)) {
        if (flags[i] == flagged) {
          any = true;
        } else {
          row.clear(i);
        }
      }
    }
    return any;
  }
}
