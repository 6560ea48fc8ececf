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

  /** Evaluates an expression that was read before, from this text, at one time; errors as above. */
  public QueryResult instant(Queryable queryable, Expr expression, String text, long atMillis, QueryLimits limits) {
    return new Run(queryable, expression, text, Steps.once(atMillis), atMillis, false, limits).answer();
  }

  /** Evaluates at {@code start, start + step … end}; the text must be a scalar or an instant vector. */
  public QueryResult range(Queryable queryable, String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    return range(queryable, parse(expression), expression, startMillis, endMillis, stepMillis, limits);
  }

  /** Evaluates an expression that was read before, from this text; errors as above. */
  public QueryResult range(
      Queryable queryable, Expr expression, String text, long startMillis, long endMillis, long stepMillis, QueryLimits limits) {
    if (expression.type() != ValueType.VECTOR && expression.type() != ValueType.SCALAR) {
      throw new ParseException("invalid expression type \"" + expression.type().documentedName()
          + "\" for range query, must be Scalar or instant Vector", expression.position());
    }
    Steps steps = Steps.range(startMillis, endMillis, stepMillis);
    return new Run(queryable, expression, text, steps, endMillis, true, limits).answer();
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

    Run(Queryable queryable, Expr expr, String text, Steps steps, long endMillis, boolean isRange, QueryLimits limits) {
      this.queryable = queryable;
      this.expr = expr;
      this.text = text;
      this.steps = steps;
      this.isRange = isRange;
      this.limits = limits;
      this.plan = new Plan(text, expr, steps, endMillis, isRange, options, limits.lookbackMillis());
    }

    QueryResult answer() {
      try (Querier querier = queryable.querier(plan.fromMillis(), plan.toMillis())) {
        QueryContext context = new QueryContext(text, steps, isRange, options, limits, workers, clock, querier);
        Value value = value(new Evaluator(context, plan), context);
        List<String> warnings = Stream.concat(context.storageWarnings().stream(), context.annotations.warnings().stream()).distinct().toList();
        return new QueryResult(value, warnings, context.annotations.infos(), context.samplesRead());
      }
    }

    private Value value(Evaluator evaluator, QueryContext context) {
      return switch (expr.type()) {
        case STRING -> new Value.Text(steps.startMillis(), Plan.unwrap(expr) instanceof StringLiteral literal ? literal.value() : "");
        case SCALAR -> scalar(evaluator.scalar(expr, steps));
        case VECTOR -> isRange ? matrix(collect(evaluator, context)) : vector(collect(evaluator, context));
        case MATRIX -> samples(evaluator, context);
        case NONE -> throw new IllegalStateException("an expression has a type");
      };
    }

    private Value scalar(double[] values) {
      if (!isRange) {
        return new Value.Scalar(steps.startMillis(), values[0]);
      }
      Row row = new Row(Labels.EMPTY, steps.count());
      System.arraycopy(values, 0, row.floats, 0, values.length);
      return matrix(List.of(row));
    }

    private List<Row> collect(Evaluator evaluator, QueryContext context) {
      List<Row> rows = new ArrayList<>();
      RowSink keep = row -> {
        context.hold(row.size(), expr);
        rows.add(row.copy());
      };
      if (options.delayedNameRemoval()) {
        Merging merging = new Merging(context, expr, keep);
        evaluator.vector(expr, steps, row -> {
          if (row.dropName) {
            row.labels = SeriesNames.without(row.labels);
          }
          merging.accept(row);
        });
        merging.finish();
      } else {
        evaluator.vector(expr, steps, keep);
        requireDistinct(rows, context);
      }
      return rows;
    }

    private void requireDistinct(List<Row> rows, QueryContext context) {
      Set<Labels> seen = new HashSet<>(rows.size() * 2);
      for (Row row : rows) {
        if (!seen.add(row.labels)) {
          throw context.failure("vector cannot contain metrics with the same labelset");
        }
      }
    }

    private Value vector(List<Row> rows) {
      List<Value.Sample> samples = new ArrayList<>(rows.size());
      for (Row row : rows) {
        if (row.isPresent(0)) {
          Histogram histogram = row.histogram(0);
          samples.add(new Value.Sample(row.labels, steps.startMillis(), histogram == null ? row.floats[0] : 0, histogram));
        }
      }
      return new Value.Vector(samples);
    }

    private Value matrix(List<Row> rows) {
      List<Value.Points> series = new ArrayList<>(rows.size());
      for (Row row : rows) {
        Value.Points points = points(row);
        if (points != null) {
          series.add(points);
        }
      }
      series.sort(Comparator.comparing(Value.Points::labels));
      return new Value.Matrix(series);
    }

    private Value.@Nullable Points points(Row row) {
      Columns columns = new Columns();
      columns.load(row, steps);
      boolean empty = columns.floatCount + columns.histogramCount == 0;
      return empty ? null : SeriesReader.points(row.labels, columns);
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
      Steps inner = plan.innerSteps(subquery, steps);
      List<Value.Points> series = new ArrayList<>();
      for (Row row : evaluator.rows(subquery.expr(), inner)) {
        Columns columns = new Columns();
        columns.load(row, inner);
        context.hold(columns.floatCount, subquery);
        series.add(SeriesReader.points(row.dropName ? SeriesNames.without(row.labels) : row.labels, columns));
      }
      return series;
    }
  }
}
