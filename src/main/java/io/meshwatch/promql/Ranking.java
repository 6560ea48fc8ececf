package io.meshwatch.promql;

import io.meshwatch.promql.Expr.Aggregate;
import java.util.Set;

/**
 * {@code topk} and {@code bottomk}: series pass one by one through a heap for each group and step, so that memory depends on how many are
 * wanted and not on how many there are. Confined to one thread.
 */
final class Ranking {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Aggregate aggregate;
  private final Steps steps;
  private final Set<String> grouping;

  Ranking(Evaluator evaluator, Aggregate aggregate, Steps steps, Set<String> grouping) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.aggregate = aggregate;
    this.steps = steps;
    this.grouping = grouping;
  }

  void run(double[] limits, RowSink sink) {
    boolean greatest = aggregate.op() == AggregateOp.TOPK;
    LabelGroups<RankedGroup> groups = new LabelGroups<>(grouping, aggregate.without(),
        labels -> new RankedGroup(greatest, limits, room -> context.hold(room, aggregate)));
    evaluator.vector(aggregate.expr(), steps, row -> {
      RankedGroup group = groups.of(row.labels);
      tellAboutHistograms(row);
      group.add(row);
    });
    for (RankedGroup group : groups.all()) {
      group.push(sink);
      context.release(group.room());
    }
  }

  private void tellAboutHistograms(Row row) {
    for (int i = 0; i < row.size() && row.histograms != null; i++) {
      if (row.histogram(i) != null) {
        context.annotations.histogramIgnoredInAggregation(aggregate.op().text(), aggregate.expr().position());
        return;
      }
    }
  }
}
