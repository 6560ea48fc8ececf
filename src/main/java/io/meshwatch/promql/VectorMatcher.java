package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Binary;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.VectorMatching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A binary operator between two instant vectors. Series are paired by their matching labels once for all steps; which of them
 * are there, and whether that is allowed, is then looked at step by step. Confined to one thread.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching">Vector matching</a>
 */
final class VectorMatcher {
  private static final VectorMatching DEFAULT =
      new VectorMatching(Cardinality.ONE_TO_ONE, false, List.of(), List.of(), null, null);
  private static final Set<String> NEVER_COMPARED = Set.of(Labels.METRIC_NAME, SeriesNames.TYPE, SeriesNames.UNIT);

  /** Series of both sides with the same matching labels. "One" is the side that may have only one at a time. */
  private static final class Group {
    final List<Row> many = new ArrayList<>();
    final List<Row> one = new ArrayList<>();
  }

  private final Evaluator evaluator;
  private final QueryContext context;
  private final Binary binary;
  private final VectorMatching matching;
  private final Steps steps;
  private final Set<String> labels;
  private final ElementOperation operation;
  private final Map<Labels, Row> results = new LinkedHashMap<>();
  private List<Row> manySide = List.of();

  VectorMatcher(Evaluator evaluator, Binary binary, Steps steps) {
    VectorMatching given = binary.matching();
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.binary = binary;
    this.matching = given == null ? DEFAULT : given;
    this.steps = steps;
    this.labels = matchingLabels(matching);
    this.operation = new ElementOperation(binary, context.annotations);
  }

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

  private Labels key(Labels series) {
    return matching.on() ? series.keep(labels) : series.without(labels);
  }

  void run(RowSink sink) {
    List<Row> left = evaluator.rows(binary.left(), steps);
    List<Row> right = evaluator.rows(binary.right(), steps);
    switch (binary.op()) {
      case AND -> intersect(left, right, true, sink);
      case UNLESS -> intersect(left, right, false, sink);
      case OR -> union(left, right, sink);
      default -> pair(left, right, sink);
    }
    context.release((long) (left.size() + right.size()) * steps.count());
  }

  // Set operators

  private Map<Labels, boolean[]> presence(List<Row> rows) {
    Map<Labels, boolean[]> presence = new LinkedHashMap<>();
    for (Row row : rows) {
      boolean[] present = presence.computeIfAbsent(key(row.labels), k -> new boolean[steps.count()]);
      for (int i = 0; i < present.length; i++) {
        present[i] |= row.isPresent(i);
      }
    }
    return presence;
  }

  private void intersect(List<Row> left, List<Row> right, boolean keepIfPresent, RowSink sink) {
    Map<Labels, boolean[]> presence = presence(right);
    boolean[] never = new boolean[steps.count()];
    for (Row row : left) {
      boolean[] present = presence.getOrDefault(key(row.labels), never);
      for (int i = 0; i < present.length; i++) {
        if (present[i] != keepIfPresent) {
          row.clear(i);
        }
      }
      if (!row.isEmpty()) {
        sink.accept(row);
      }
    }
  }

  private void union(List<Row> left, List<Row> right, RowSink sink) {
    Map<Labels, boolean[]> presence = presence(left);
    boolean[] never = new boolean[steps.count()];
    Merging merging = new Merging(context, binary, sink);
    left.forEach(merging::accept);
    for (Row row : right) {
      boolean[] present = presence.getOrDefault(key(row.labels), never);
      for (int i = 0; i < present.length; i++) {
        if (present[i]) {
          row.clear(i);
        }
      }
      if (!row.isEmpty()) {
        merging.accept(row);
      }
    }
    merging.finish();
  }

  // Arithmetic, comparisons and trimming

  private void pair(List<Row> left, List<Row> right, RowSink sink) {
    boolean swapped = matching.cardinality() == Cardinality.ONE_TO_MANY;
    Map<Labels, Group> groups = new LinkedHashMap<>();
    manySide = swapped ? right : left;
    for (Row row : manySide) {
      groups.computeIfAbsent(key(row.labels), k -> new Group()).many.add(row);
    }
    for (Row row : swapped ? left : right) {
      groups.computeIfAbsent(key(row.labels), k -> new Group()).one.add(row);
    }
    groups.forEach((key, group) -> {
      context.check();
      pair(key, group, swapped);
    });
    for (Row row : results.values()) {
      if (!row.isEmpty()) {
        sink.accept(row);
      }
    }
  }

  private void pair(Labels key, Group group, boolean swapped) {
    // With group_right Prometheus means by "left" the side with many series too.
    Double fillMany = matching.fillLeft();
    Double fillOne = matching.fillRight();
    if ((group.one.isEmpty() && fillOne == null) || (group.many.isEmpty() && fillMany == null && group.one.size() < 2)) {
      return;
    }
    boolean plain = fillOne == null && fillMany == null && group.many.size() == 1 && group.one.size() == 1 && !binary.returnBool()
        && group.many.getFirst().histograms == null && group.one.getFirst().histograms == null && isFloatOperator(binary.op());
    if (plain) {
      pairFloats(group.many.getFirst(), group.one.getFirst(), swapped);
      return;
    }
    Row filledOne = fillOne == null ? null : constant(key, fillOne);
    Row filledMany = fillMany == null ? null : constant(key, fillMany);
    boolean[] taken = new boolean[steps.count()];
    @Nullable Row[] oneAt = onePerStep(key, group.one, swapped);
    for (Row many : group.many) {
      for (int i = 0; i < steps.count(); i++) {
        if (!many.isPresent(i)) {
          continue;
        }
        Row one = oneAt[i] == null ? filledOne : oneAt[i];
        if (one != null) {
          checkOneToOne(taken, i);
          taken[i] = true;
          combine(many, one, i, swapped);
        }
      }
    }
    for (int i = 0; i < steps.count() && filledMany != null; i++) {
      Row one = oneAt[i];
      if (one != null && !taken[i]) {
        combine(filledMany, one, i, swapped);
      }
    }
  }

  private static boolean isFloatOperator(BinaryOp op) {
    return op != BinaryOp.TRIM_LOWER && op != BinaryOp.TRIM_UPPER;
  }

  /** The usual case, one series of floats on each side: nothing can collide but the result with that of another group. */
  private void pairFloats(Row many, Row one, boolean swapped) {
    double[] left = swapped ? one.floats : many.floats;
    double[] right = swapped ? many.floats : one.floats;
    boolean comparison = binary.op().isComparison();
    Row result = null;
    for (int i = 0; i < left.length; i++) {
      if (Row.isAbsent(left[i]) || Row.isAbsent(right[i])) {
        continue;
      }
      result = result == null ? result(many, one) : result;
      if (comparison && !ElementOperation.compare(binary.op(), left[i], right[i])) {
        continue;
      }
      if (result.isPresent(i)) {
        throw context.failure("multiple matches for labels: grouping labels must ensure unique matches");
      }
      result.floats[i] = comparison ? left[i] : ElementOperation.arithmetic(binary.op(), left[i], right[i]);
    }
  }

  private Row constant(Labels key, double value) {
    Row row = new Row(key, steps.count());
    Arrays.fill(row.floats, value);
    return row;
  }

  private @Nullable Row[] onePerStep(Labels key, List<Row> one, boolean swapped) {
    @Nullable Row[] oneAt = new Row[steps.count()];
    for (Row row : one) {
      for (int i = 0; i < oneAt.length; i++) {
        if (row.isPresent(i)) {
          Row other = oneAt[i];
          if (other != null && mayMatch(i)) {
            throw context.failure("found duplicate series for the match group " + key + " on the " + (swapped ? "left" : "right")
                + " hand-side of the operation: [" + row.labels + ", " + other.labels
                + "];many-to-many matching not allowed: matching labels must be unique on one side");
          }
          oneAt[i] = row;
        }
      }
    }
    return oneAt;
  }

  /** Whether the other side has anything at a step: if not, nothing matches there, and nothing is wrong either. */
  private boolean mayMatch(int step) {
    return matching.fillLeft() != null || matching.fillRight() != null || manySide.stream().anyMatch(row -> row.isPresent(step));
  }

  private void checkOneToOne(boolean[] taken, int step) {
    if (matching.cardinality() == Cardinality.ONE_TO_ONE && taken[step]) {
      throw context.failure("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
    }
  }

  private void combine(Row many, Row one, int step, boolean swapped) {
    Row left = swapped ? one : many;
    Row right = swapped ? many : one;
    boolean keep = operation.apply(left.floats[step], left.histogram(step), right.floats[step], right.histogram(step));
    if (!operation.known) {
      return;
    }
    if (binary.returnBool()) {
      operation.value = keep ? 1 : 0;
      operation.histogram = null;
    } else if (!keep) {
      reserve(many, one);
      return;
    }
    Row result = result(many, one);
    if (result.isPresent(step)) {
      throw context.failure("multiple matches for labels: grouping labels must ensure unique matches");
    }
    result.set(step, operation.value, operation.histogram);
  }

  /** A pair that a comparison filters out still takes its place in the order of the results. */
  private void reserve(Row many, Row one) {
    result(many, one);
  }

  private @Nullable Row lastMany;
  private @Nullable Row lastOne;
  private @Nullable Row lastResult;

  private Row result(Row many, Row one) {
    Row known = lastResult;
    if (known != null && many == lastMany && one == lastOne) {
      return known;
    }
    Labels named = resultLabels(many.labels, one.labels);
    boolean drops = ElementOperation.dropsName(binary);
    boolean delayed = context.options.delayedNameRemoval();
    Labels resultLabels = drops && !delayed ? SeriesNames.without(named) : named;
    Row result = results.computeIfAbsent(resultLabels, l -> {
      context.hold(steps.count(), binary);
      return Row.empty(l, steps.count());
    });
    result.dropName = delayed && (drops || many.dropName);
    lastMany = many;
    lastOne = one;
    lastResult = result;
    return result;
  }

  private Labels resultLabels(Labels many, Labels one) {
    boolean arithmetic = ElementOperation.dropsName(binary) && !binary.op().isComparison();
    Labels base = arithmetic ? SeriesNames.without(many) : many;
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      return matching.on() ? base.keep(matching.labels()) : base.without(matching.labels());
    }
    if (matching.include().isEmpty()) {
      return base;
    }
    Labels.Builder builder = base.toBuilder();
    for (String label : matching.include()) {
      builder.set(label, one.get(label));
    }
    return builder.build();
  }
}
