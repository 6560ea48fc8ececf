package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Binary;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.VectorMatching;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A binary operator between two instant vectors: which labels decide what belongs together, and who does the work.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching">Vector matching</a>
 */
final class VectorMatcher {
  private static final VectorMatching DEFAULT =
      new VectorMatching(Cardinality.ONE_TO_ONE, false, List.of(), List.of(), null, null);
  private static final Set<String> NEVER_COMPARED = Set.of(Labels.METRIC_NAME, SeriesNames.TYPE, SeriesNames.UNIT);

  private final Evaluator evaluator;
  private final Binary binary;
  private final Steps steps;

  VectorMatcher(Evaluator evaluator, Binary binary, Steps steps) {
    this.evaluator = evaluator;
    this.binary = binary;
    this.steps = steps;
  }

  void run(RowSink sink) {
    VectorMatching given = binary.matching();
    VectorMatching matching = given == null ? DEFAULT : given;
    Set<String> labels = matchingLabels(matching);
    if (binary.op().isSetOperator()) {
      new SetOperation(evaluator, binary, steps, labels, matching.on()).run(sink);
    } else {
      new PairOperation(evaluator, binary, matching, steps, labels, sink).run();
    }
  }

  /** The labels that are compared with {@code on}, else those that are not. */
  private static Set<String> matchingLabels(VectorMatching matching) {
    if (matching.on()) {
      return Set.copyOf(matching.labels());
    }
    if (matching.labels().isEmpty()) {
      return NEVER_COMPARED;
    }
    Set<String> labels = new HashSet<>(NEVER_COMPARED);
    labels.addAll(matching.labels());
    return labels;
  }
}
