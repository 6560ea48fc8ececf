package io.meshwatch.rules;

import java.util.List;

/**
 * How a group fares.
 *
 * @param spec the group as written
 * @param intervalMillis how often it is evaluated
 * @param lastEvaluationMillis when it was last due; 0 = not yet
 * @param lastDurationSeconds how long that took
 * @param missedIterations how many evaluations were skipped because the one before took too long
 * @param rules its rules in order
 */
public record GroupStatus(
    RuleGroupSpec spec,
    long intervalMillis,
    long lastEvaluationMillis,
    double lastDurationSeconds,
    long missedIterations,
    List<RuleStatus> rules) {}
