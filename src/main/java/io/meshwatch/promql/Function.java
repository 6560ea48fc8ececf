package io.meshwatch.promql;

import java.util.List;

/**
 * The signature of a function; what it computes is the evaluator's.
 *
 * @param name as written
 * @param argumentTypes types in order
 * @param variadic 0 = exactly these arguments; n &gt; 0 = the last n may be left out; −1 = the last may repeat, or be left out
 * @param returnType type of the value
 * @param experimental only with the switch {@code promql-experimental-functions}
 */
public record Function(String name, List<ValueType> argumentTypes, int variadic, ValueType returnType, boolean experimental) {}
