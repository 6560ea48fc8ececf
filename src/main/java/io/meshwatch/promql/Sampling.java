package io.meshwatch.promql;

import io.meshwatch.promql.Expr.Aggregate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code limitk} and {@code limit_ratio}: some of the series at each step, whatever their values. Series pass one by one; only of a single
 * step they are held, because the order of that answer is seen: group by group. Confined to one thread.
 */
final class Sampling {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Aggregate aggregate;
  private final Steps steps;
  private final Set<String> grouping;

  /** How many series of a group were taken at each step, and those that wait for their turn. */
  private static final class Group {
    private final int[] taken;
    private final List<Row> waiting = new ArrayList<>();

    Group(int steps) {
      this.taken = new int[steps];
    }
  }

  Sampling(Evaluator evaluator, Aggregate aggregate, Steps steps, Set<String> grouping) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.aggregate = aggregate;
    this.steps = steps;
    this.grouping = grouping;
  }

  void run(double[] parameters, RowSink sink) {
    boolean ratio = aggregate.op() == AggregateOp.LIMIT_RATIO;
    int counters = ratio ? 0 : steps.count();
    LabelGroups<Group> groups = new LabelGroups<>(grouping, aggregate.without(), labels -> {
      context.hold(counters, aggregate);
      return new Group(counters);
    });
    evaluator.vector(aggregate.expr(), steps, row -> {
      Group group = groups.of(row.labels);
      boolean any = ratio ? takeSampled(row, parameters) : takeFirst(row, parameters, group.taken);
      if (any && steps.count() == 1) {
        context.hold(1, aggregate);
        group.waiting.add(row.copy());
      } else if (any) {
        sink.accept(row);
      }
    });
    for (Group group : groups.all()) {
      group.waiting.forEach(sink::accept);
      context.release(counters + (long) group.waiting.size());
    }
  }

  /** Leaves the steps at which fewer series than wanted came before; false if there are none. */
  private static boolean takeFirst(Row row, double[] limits, int[] taken) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (!row.isPresent(i)) {
        continue;
      }
      if (taken[i] < limits[i]) {
        taken[i]++;
        any = true;
      } else {
        row.clear(i);
      }
    }
    return any;
  }

  /** Leaves the steps at which the series is in the sample; false if there are none. */
  private static boolean takeSampled(Row row, double[] ratios) {
    double place = SeriesHash.of(row.labels);
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      if (!isSampled(place, ratios[i])) {
        row.clear(i);
      }
      any |= row.isPresent(i);
    }
    return any;
  }

  /** Whether a series is in the sample: decided by its labels alone, so that a ratio and its complement share the series out. */
  private static boolean isSampled(double place, double ratio) {
    return ratio >= 0 ? place < ratio || ratio == 1 : place >= 1 + ratio;
  }
}
