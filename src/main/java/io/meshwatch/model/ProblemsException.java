package io.meshwatch.model;

import java.util.List;
import java.util.stream.Collectors;

/** What a user wrote cannot be used; carries all mistakes that were found, at least one. */
public final class ProblemsException extends RuntimeException {
  private final transient List<Problem> problems;

  public ProblemsException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public ProblemsException(Problem problem) {
    this(List.of(problem));
  }

  public List<Problem> problems() {
    return problems;
  }
}
