package io.meshwatch.promql;

/** A query was understood but not answered. */
public final class QueryException extends RuntimeException {
  /** Why; decides on the HTTP API's error type. */
  public enum Reason {
    /** The expression cannot be evaluated on this data, for example many-to-many matching. */
    EXECUTION,
    TIMEOUT,
    CANCELED,
    /** A budget of samples or bytes is used up; the message names the part of the query. */
    LIMIT,
    /** The store failed. */
    STORAGE
  }

  private final Reason reason;

  public QueryException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public QueryException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
