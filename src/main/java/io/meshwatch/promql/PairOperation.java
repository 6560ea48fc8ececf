package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Binary;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.VectorMatching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic, comparisons and trimming between two instant vectors. The side that may have only one series at a time is held, by matching
 * labels; series of the other side ("many") pass by and are paired with it. Where the labels of a result tell which series it came from,
 * the result goes on at once, else results are held too, because several series may share one. Confined to one thread.
 */
final class PairOperation {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Binary binary;
  private final VectorMatching matching;
  private final Steps steps;
  private final RowSink sink;
  private final boolean swapped;
  private final Expr manySide;
  private final Expr oneSide;
  /** Whether no two series of the many side can have a result with the same labels. */
  private final boolean passesAtOnce;
  /** Whether several series of the many side may want the same partner, which is a mistake. */
  private final boolean mustBeOnlyOne;
  private final ElementOperation operation;
  private final LabelGroups<Group> groups;
  /** Steps at which some group has two series on the side of one. */
  private final BitSet conflicts = new BitSet();
  private final Map<Labels, Row> results = new LinkedHashMap<>();
  private final Row passing;
  private long held;

  /** Series with the same matching labels. */
  private static final class Group {
    private final Labels key;
    private final List<Row> one = new ArrayList<>(1);
    /** Steps whose sample of "one" has found its partner; only where that matters. */
    private final BitSet taken = new BitSet(0);

    Group(Labels key) {
      this.key = key;
    }

    @Nullable Row oneAt(int step) {
      for (Row row : one) {
        if (row.isPresent(step)) {
          return row;
        }
      }
      return null;
    }
  }

  /** With the labels that decide, or, without {@code on}, those that do not. */
  PairOperation(Evaluator evaluator, Binary binary, VectorMatching matching, Steps steps, Set<String> labels, RowSink sink) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.binary = binary;
    this.matching = matching;
    this.steps = steps;
    this.sink = sink;
    this.swapped = matching.cardinality() == Cardinality.ONE_TO_MANY;
    this.manySide = swapped ? binary.right() : binary.left();
    this.oneSide = swapped ? binary.left() : binary.right();
    boolean namesAreOne = Plan.hasOneName(manySide) && !context.options.delayedNameRemoval();
    boolean comparesAll = !matching.on() && matching.labels().isEmpty();
    this.passesAtOnce = !fills() && (namesAreOne || !ElementOperation.dropsName(binary))
        && (matching.cardinality() == Cardinality.ONE_TO_ONE ? comparesAll : matching.include().isEmpty());
    this.mustBeOnlyOne = matching.cardinality() == Cardinality.ONE_TO_ONE && !(comparesAll && namesAreOne);
    this.operation = new ElementOperation(binary, context.annotations);
    this.groups = new LabelGroups<>(labels, !matching.on(), Group::new);
    this.passing = Row.empty(Labels.EMPTY, passesAtOnce ? steps.count() : 0);
  }

  private boolean fills() {
    return matching.fillLeft() != null || matching.fillRight() != null;
  }

  void run() {
    evaluator.vector(oneSide, steps, this::hold);
    evaluator.vector(manySide, steps, this::pair);
    Double fillMany = matching.fillLeft();
    if (fillMany != null) {
      groups.all().forEach(group -> fillMany(group, fillMany));
    }
    for (Row row : results.values()) {
      if (!row.isEmpty()) {
        sink.accept(row);
      }
    }
    context.release(held);
  }

  private void count(int samples, Expr part) {
    held += samples;
    context.hold(samples, part);
  }

  // The side of one

  private void hold(Row row) {
    count(row.size(), oneSide);
    Row own = row.copy();
    Group group = groups.of(own.labels);
    for (Row other : group.one) {
      for (int i = 0; i < own.size(); i++) {
        if (own.isPresent(i) && other.isPresent(i)) {
          conflicts.set(i);
        }
      }
    }
    group.one.add(own);
    if (fills() && !conflicts.isEmpty()) {
      throw duplicates(conflicts.nextSetBit(0));
    }
  }

  /** Two series on the side of one are a mistake only at steps where the other side has any series. */
  private void refuseConflicts(Row many) {
    for (int step = conflicts.nextSetBit(0); step >= 0; step = conflicts.nextSetBit(step + 1)) {
      if (many.isPresent(step)) {
        throw duplicates(step);
      }
    }
  }

  private QueryException duplicates(int step) {
    for (Group group : groups.all()) {
      List<Labels> present = group.one.stream().filter(row -> row.isPresent(step)).map(row -> row.labels).toList();
      if (present.size() > 1) {
        return context.failure("found duplicate series for the match group " + group.key + " on the " + (swapped ? "left" : "right")
            + " hand-side of the operation: [" + present.get(1) + ", " + present.get(0)
            + "];many-to-many matching not allowed: matching labels must be unique on one side");
      }
    }
    throw new IllegalStateException("no series meet at step " + step);
  }

  // The side of many

  private void pair(Row many) {
    refuseConflicts(many);
    // With group_right Prometheus means by "left" the side with many series too.
    Double fillOne = matching.fillRight();
    Group group = fillOne == null ? groups.find(many.labels) : groups.of(many.labels);
    if (group == null) {
      return;
    }
    lastResult = null;
    if (passesAtOnce) {
      passing.reset(Labels.EMPTY);
    }
    Row only = group.one.size() == 1 && !fills() ? group.one.getFirst() : null;
    if (only != null && many.histograms == null && only.histograms == null && !binary.returnBool() && isFloatOperator(binary.op())) {
      pairFloats(many, only, group);
    } else {
      pairSteps(many, group, fillOne == null ? null : constant(group.key, fillOne));
    }
    if (passesAtOnce && !passing.isEmpty()) {
      sink.accept(passing);
    }
  }

  private static boolean isFloatOperator(BinaryOp op) {
    return op != BinaryOp.TRIM_LOWER && op != BinaryOp.TRIM_UPPER;
  }

  private Row constant(Labels key, double value) {
    Row row = new Row(key, steps.count());
    Arrays.fill(row.floats, value);
    return row;
  }

  /** The usual case, floats on both sides. */
  private void pairFloats(Row many, Row one, Group group) {
    double[] left = swapped ? one.floats : many.floats;
    double[] right = swapped ? many.floats : one.floats;
    boolean comparison = binary.op().isComparison();
    Row result = null;
    for (int i = 0; i < left.length; i++) {
      if (Row.isAbsent(left[i]) || Row.isAbsent(right[i])) {
        continue;
      }
      if (mustBeOnlyOne) {
        take(group, i);
      }
      result = result == null ? result(many, one) : result;
      if (comparison && !ElementOperation.compare(binary.op(), left[i], right[i])) {
        continue;
      }
      if (result.isPresent(i)) {
        throw notUnique();
      }
      result.floats[i] = comparison ? left[i] : ElementOperation.arithmetic(binary.op(), left[i], right[i]);
    }
  }

  private void pairSteps(Row many, Group group, @Nullable Row filledOne) {
    boolean marks = mustBeOnlyOne || matching.fillLeft() != null;
    for (int i = 0; i < steps.count(); i++) {
      if (!many.isPresent(i)) {
        continue;
      }
      Row there = group.oneAt(i);
      Row one = there == null ? filledOne : there;
      if (one == null) {
        continue;
      }
      if (marks) {
        take(group, i);
      }
      combine(many, one, i);
    }
  }

  private void take(Group group, int step) {
    if (mustBeOnlyOne && group.taken.get(step)) {
      throw context.failure("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
    }
    group.taken.set(step);
  }

  private void fillMany(Group group, double value) {
    Row many = constant(group.key, value);
    for (int i = 0; i < steps.count(); i++) {
      Row one = group.oneAt(i);
      if (one != null && !group.taken.get(i)) {
        combine(many, one, i);
      }
    }
  }

  private void combine(Row many, Row one, int step) {
    Row left = swapped ? one : many;
    Row right = swapped ? many : one;
    boolean keep = operation.apply(left.floats[step], left.histogram(step), right.floats[step], right.histogram(step));
    if (!operation.known) {
      return;
    }
    // A pair that a comparison filters out still takes its place in the order of the results.
    Row result = result(many, one);
    if (binary.returnBool()) {
      operation.value = keep ? 1 : 0;
      operation.histogram = null;
    } else if (!keep) {
      return;
    }
    if (result.isPresent(step)) {
      throw notUnique();
    }
    result.set(step, operation.value, operation.histogram);
  }

  private QueryException notUnique() {
    return context.failure("multiple matches for labels: grouping labels must ensure unique matches");
  }

  // Results

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
    Labels labels = drops && !delayed ? SeriesNames.without(named) : named;
    Row result = passesAtOnce ? passing : results.computeIfAbsent(labels, l -> {
      count(steps.count(), binary);
      return Row.empty(l, steps.count());
    });
    result.labels = labels;
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
