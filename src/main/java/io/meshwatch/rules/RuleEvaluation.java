package io.meshwatch.rules;

/**
 * How one evaluation of a rule went.
 *
 * @param dueMillis when it was due
 * @param durationSeconds how long it took
 * @param results how many series the expression returned
 * @param pending alerts that waited for their {@code for} afterwards
 * @param firing alerts that fired afterwards
 * @param error why it failed; empty if it did not
 */
public record RuleEvaluation(long dueMillis, double durationSeconds, int results, int pending, int firing, String error) {}
