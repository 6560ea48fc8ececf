package io.meshwatch.rules;

/** A rule could be queried, but its result cannot be used. */
final class RuleException extends RuntimeException {
  RuleException(String message) {
    super(message);
  }
}
