package io.meshwatch.promql;

import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.promql.Expr.Call;
import java.util.List;
import java.util.function.UnaryOperator;

/** {@code label_replace} and {@code label_join}. */
final class LabelFunctions {
  private final Evaluator evaluator;
  private final Call call;

  LabelFunctions(Evaluator evaluator, Call call) {
    this.evaluator = evaluator;
    this.call = call;
  }

  void run(Steps steps, RowSink sink) {
    boolean replaces = call.function().name().equals("label_replace");
    String target = Evaluator.string(call.arguments().get(1));
    if (!Names.isValid(target)) {
      throw evaluator.context().failure("invalid destination label name in " + call.function().name() + "(): " + target);
    }
    UnaryOperator<Labels> change = replaces ? replacing(target) : joining(target);
    Merging merging = new Merging(evaluator.context(), call, sink);
    evaluator.vector(call.arguments().getFirst(), steps, row -> {
      Labels changed = change.apply(row.labels);
      boolean renamed = target.equals(Labels.METRIC_NAME) && !changed.equals(row.labels);
      row.labels = changed;
      row.dropName &= !renamed;
      merging.accept(row);
    });
    merging.finish();
  }

  private UnaryOperator<Labels> replacing(String target) {
    String replacement = Evaluator.string(call.arguments().get(2));
    String source = Evaluator.string(call.arguments().get(3));
    String regex = Evaluator.string(call.arguments().get(4));
    AnchoredPattern pattern;
    try {
      pattern = AnchoredPattern.compile(regex);
    } catch (IllegalArgumentException e) {
      throw evaluator.context().failure("invalid regular expression in label_replace(): " + regex + ": " + e.getMessage());
    }
    return labels -> {
      String value = pattern.expand(replacement, labels.get(source));
      return value == null ? labels : labels.toBuilder().set(target, value).build();
    };
  }

  private UnaryOperator<Labels> joining(String target) {
    String separator = Evaluator.string(call.arguments().get(2));
    List<String> sources = call.arguments().stream().skip(3).map(Evaluator::string).toList();
    for (String source : sources) {
      if (!Names.isValid(source)) {
        throw evaluator.context().failure("invalid source label name in label_join(): " + source);
      }
    }
    return labels -> {
      String joined = String.join(separator, sources.stream().map(labels::get).toList());
      return labels.toBuilder().set(target, joined).build();
    };
  }
}
