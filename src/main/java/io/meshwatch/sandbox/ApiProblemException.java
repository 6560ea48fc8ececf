package io.meshwatch.sandbox;

/** The backend refuses a request. Carries the exception name that meshStack puts into its error bodies. */
final class ApiProblemException extends Exception {
  private final int status;
  private final String errorCode;

  ApiProblemException(int status, String errorCode, String message) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  static ApiProblemException notFound(String what) {
    return new ApiProblemException(404, "NotFound", what + " does not exist");
  }

  int status() {
    return status;
  }

  String errorCode() {
    return errorCode;
  }
}
