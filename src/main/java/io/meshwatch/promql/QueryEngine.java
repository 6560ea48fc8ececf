package io.meshwatch.promql;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.StringLiteral;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers PromQL over anything that holds series. Safe for all threads; a query runs on its caller's thread, which the workers
 * help. Interrupting that thread cancels the query.
 */
public final class QueryEngine {
  private static final long[] NO_TIMES = {};
  private static final Histogram[] NO_HISTOGRAMS = {};

  private final QueryOptions options;
  private final Workers workers;
  private final Clock clock;

  public QueryEngine(QueryOptions options, Workers workers, Clock clock) {
    this.options = options;
    this.workers = workers;
    this.clock = clock;
  }

  public QueryOptions options() {
    return options;
  }

  /** Reads an expression as this engine's options allow; throws {@link ParseException}. */
  public Expr parse(String expression) {
    return Parser.parse(expression, options.language());
  }

  /**
   * Evaluates at one time.
   *
   * @throws ParseException if it is not PromQL
   * @throws QueryException if it cannot be answered
   */
  public QueryResult instant(Queryable queryable, String expression, long atMillis, QueryLimits limits) {
    return instant(queryable, parse(expression), expression, atMillis, limits);
  }

  /** Reads an expression that will be asked often; throws {@link ParseException}. */
  public PreparedQuery prepare(String expression) {
    return new PreparedQuery(parse(expression), expression);
  }

  /** Evaluates an expression that was read before, from this text, at one time; errors as above. */
  public QueryResult instant(Queryable queryable, Expr expression, String text, long atMillis, QueryLimits limits) {
    return instant(queryable, new PreparedQuery(expression, text), atMillis, limits);
  }

  /** Evaluates a prepared expression at one time; errors as above. */
  public QueryResult instant(Queryable queryable, PreparedQuery query, long atMillis, QueryLimits limits) {
    return new Run(queryable, query, Steps.once(atMillis), atMillis, false, limits).answer();
  }

  /** Evaluates at {@code start, start + step … end}; the text must be a scalar or an instant vector. */
  public QueryResult range(Queryable queryable, String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    return range(queryable, parse(expression), expression, startMillis, endMillis, stepMillis, limits);
  }

  /** Evaluates an expression that was read before, from this text; errors as above. */
  public QueryResult range(
      Queryable queryable, Expr expression, String text, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    return range(queryable, new PreparedQuery(expression, text), startMillis, endMillis, stepMillis, limits);
  }

  /** Evaluates a prepared expression at {@code start, start + step … end}; errors as above. */
  public QueryResult range(
      Queryable queryable, PreparedQuery query, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    Expr expression = query.expr();
    if (expression.type() != ValueType.VECTOR && expression.type() != ValueType.SCALAR) {
      throw new ParseException("invalid expression type \"" + expression.type().documentedName()
          + "\" for range query, must be Scalar or instant Vector", expression.position());
    }
    Steps steps = Steps.range(startMillis, endMillis, stepMillis);
    return new Run(queryable, query, steps, endMillis, true, limits).answer();
  }

  /** One query. */
  private final class Run {
    private final Queryable queryable;
    private final Expr expr;
    private final String text;
    private final Steps steps;
    private final boolean isRange;
    private final QueryLimits limits;
    private final Plan plan;

    Run(Queryable queryable, PreparedQuery query, Steps steps, long endMillis, boolean isRange, QueryLimits limits) {
      this.queryable = queryable;
      this.expr = query.expr();
      this.text = query.text();
      this.steps = steps;
      this.isRange = isRange;
      this.limits = limits;
      this.plan = query.plan(steps, endMillis, isRange, options, limits.lookbackMillis());
    }

    QueryResult answer() {
      try (Querier querier = queryable.querier(plan.fromMillis(), plan.toMillis())) {
        QueryContext context = new QueryContext(text, steps, isRange, options, limits, workers, clock, querier);
        Value value = value(new Evaluator(context, plan), context);
        return new QueryResult(value, warnings(context), context.annotations.infos(), statistics(context));
      }
    }

    private static List<String> warnings(QueryContext context) {
      List<String> ofExpression = context.annotations.warnings();
      List<String> ofStorage = context.storageWarnings();
      return ofStorage.isEmpty() ? ofExpression : Stream.concat(ofStorage.stream(), ofExpression.stream()).distinct().toList();
    }

    private QueryStatistics statistics(QueryContext context) {
      SampleCounts counts = context.counts();
      List<QueryStatistics.StepCount> perStep = new ArrayList<>();
      for (int step = 0; step < steps.count() && counts.tellsSteps(); step++) {
        perStep.add(new QueryStatistics.StepCount(steps.at(step), counts.at(step)));
      }
      return new QueryStatistics(context.samplesRead(), counts.total(), context.samplesPeak(), perStep);
    }

    private Value value(Evaluator evaluator, QueryContext context) {
      return switch (expr.type()) {
        case STRING -> new Value.Text(steps.startMillis(), Plan.unwrap(expr) instanceof StringLiteral literal ? literal.value() : "");
        case SCALAR -> scalar(evaluator.scalar(expr, steps));
        case VECTOR -> isRange ? matrix(evaluator, context) : vector(evaluator, context);
        case MATRIX -> samples(evaluator, context);
        case NONE -> throw new IllegalStateException("an expression has a type");
      };
    }

    private Value scalar(double[] values) {
      if (!isRange) {
        return new Value.Scalar(steps.startMillis(), values[0]);
      }
      return new Value.Matrix(List.of(new Value.Points(Labels.EMPTY, times(), values, NO_TIMES, NO_HISTOGRAMS)));
    }

    /** Pushes the rows of the whole expression into a sink; throws if two of them have the same labels. */
    private void collect(Evaluator evaluator, QueryContext context, RowSink sink) {
      if (options.delayedNameRemoval()) {
        Merging merging = new Merging(context, expr, sink);
        evaluator.vector(expr, steps, row -> {
          if (row.dropName) {
            row.labels = SeriesNames.without(row.labels);
          }
          merging.accept(row);
        });
        merging.finish();
        return;
      }
      if (Plan.unwrap(expr) instanceof VectorSelector) {
        evaluator.vector(expr, steps, sink);
        return;
      }
      Set<Labels> seen = new HashSet<>();
      evaluator.vector(expr, steps, row -> {
        if (!seen.add(row.labels)) {
          throw context.failure("vector cannot contain metrics with the same labelset");
        }
        sink.accept(row);
      });
    }

    private Value vector(Evaluator evaluator, QueryContext context) {
      List<Value.Sample> samples = new ArrayList<>();
      collect(evaluator, context, row -> {
        context.hold(row.size(), expr);
        if (row.isPresent(0)) {
          Histogram histogram = row.histogram(0);
          samples.add(new Value.Sample(row.labels, steps.startMillis(), histogram == null ? row.floats[0] : 0, histogram));
        }
      });
      return new Value.Vector(samples);
    }

    private Value matrix(Evaluator evaluator, QueryContext context) {
      List<Value.Points> series = new ArrayList<>();
      long[] times = times();
      collect(evaluator, context, row -> {
        context.hold(row.size(), expr);
        Value.Points points = points(row, times);
        if (points != null) {
          series.add(points);
        }
      });
      series.sort(Comparator.comparing(Value.Points::labels));
      return new Value.Matrix(series);
    }

    private long[] times() {
      long[] times = new long[steps.count()];
      for (int i = 0; i < times.length; i++) {
        times[i] = steps.at(i);
      }
      return times;
    }

    /** The points of a row; series without gaps share the array of times. */
    private Value.@Nullable Points points(Row row, long[] times) {
      if (row.histograms != null) {
        Columns columns = new Columns();
        columns.load(row, steps);
        return columns.floatCount + columns.histogramCount == 0 ? null : SeriesReader.points(row.labels, columns);
      }
      int count = row.points();
      if (count == 0) {
        return null;
      }
      if (count == times.length) {
        return new Value.Points(row.labels, times, row.floats.clone(), NO_TIMES, NO_HISTOGRAMS);
      }
      long[] present = new long[count];
      double[] floats = new double[count];
      int at = 0;
      for (int i = 0; i < times.length; i++) {
        if (!Row.isAbsent(row.floats[i])) {
          present[at] = times[i];
          floats[at++] = row.floats[i];
        }
      }
      return new Value.Points(row.labels, present, floats, NO_TIMES, NO_HISTOGRAMS);
    }

    private Value samples(Evaluator evaluator, QueryContext context) {
      List<Value.Points> series = switch (Plan.unwrap(expr)) {
        case MatrixSelector matrix -> evaluator.reader().samples(matrix, steps);
        case Subquery subquery -> subquery(subquery, evaluator, context);
        case Expr other -> throw new IllegalStateException("no range vector: " + other.type());
      };
      return new Value.Matrix(series.stream().sorted(Comparator.comparing(Value.Points::labels)).toList());
    }

    private List<Value.Points> subquery(Subquery subquery, Evaluator evaluator, QueryContext context) {
      Steps planned = plan.innerSteps(subquery, steps);
      // What is the same at every step is evaluated once, and Prometheus shows that also if no step lies in the range.
      boolean once = planned.count() == 0 && plan.isStepInvariant(subquery.expr());
      Steps inner = once ? Steps.once(planned.startMillis()) : planned;
      List<Value.Points> series = new ArrayList<>();
      SampleCounts counts = context.counts().fresh(inner.count());
      List<Row> rows = new ArrayList<>();
      context.countingIn(counts, () -> rows.addAll(evaluator.rows(subquery.expr(), inner)));
      context.counts().addEverywhere(counts.total());
      for (Row row : rows) {
        Columns columns = new Columns();
        columns.load(row, inner);
        context.hold(columns.floatCount, subquery);
        if (columns.floatCount + columns.histogramCount > 0) {
          series.add(SeriesReader.points(row.dropName ? SeriesNames.without(row.labels) : row.labels, columns));
        }
      }
      return series;
    }
  }
}
