package io.meshwatch.sonar.meshstack;

import java.util.List;

/**
 * What broke a step, in words for the person who has to mend it.
 *
 * @param failureClass where the cause lies
 * @param expected what should have come
 * @param got what came
 * @param advice what to look at or do first; may be empty
 * @param status HTTP status; 0 without an answer
 * @param errorCode meshStack's or the identity broker's word for the error; may be empty
 * @param errorId by which meshStack's operators find the error in their log; may be empty
 * @param remarks what meshStack says about the replication
 */
public record Finding(
    FailureClass failureClass,
    String expected,
    String got,
    String advice,
    int status,
    String errorCode,
    String errorId,
    List<String> remarks) {
  public static Finding of(FailureClass failureClass, String expected, String got, String advice) {
    return new Finding(failureClass, expected, got, advice, 0, "", "", List.of());
  }

  /** The same finding with another class and advice. */
  public Finding as(FailureClass other, String otherAdvice) {
    return new Finding(other, expected, got, otherAdvice, status, errorCode, errorId, remarks);
  }

  public Finding redacted(Redactor redactor) {
    return new Finding(
        failureClass, redactor.text(expected), redactor.text(got), redactor.text(advice), status, redactor.text(errorCode),
        redactor.text(errorId), remarks.stream().map(redactor::text).toList());
  }

  /** One line: what was expected, what came. */
  public String sentence() {
    return "expected " + expected + ", got " + got;
  }
}
