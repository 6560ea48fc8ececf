package io.meshwatch.rules;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last evaluations of one rule, oldest first, bounded. Safe for all threads: its group writes while pages read. */
public final class EvaluationHistory {
  /** Half an hour at the default interval. */
  static final int EVALUATIONS_MAX = 120;

  private final Deque<RuleEvaluation> evaluations = new ArrayDeque<>();

  EvaluationHistory() {}

  synchronized void add(RuleEvaluation evaluation) {
    if (evaluations.size() == EVALUATIONS_MAX) {
      evaluations.removeFirst();
    }
    evaluations.addLast(evaluation);
  }

  /** Goes on where another one stood. */
  void takeOver(EvaluationHistory other) {
    other.list().forEach(this::add);
  }

  synchronized List<RuleEvaluation> list() {
    return List.copyOf(evaluations);
  }
}
