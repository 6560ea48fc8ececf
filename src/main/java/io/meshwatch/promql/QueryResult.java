package io.meshwatch.promql;

import java.util.List;

/**
 * An answer with what the reader should know about it.
 *
 * @param value the answer
 * @param warnings likely mistakes, each text once, with position
 * @param infos possible mistakes, each text once, with position
 * @param statistics what it took
 */
public record QueryResult(Value value, List<String> warnings, List<String> infos, QueryStatistics statistics) {}
