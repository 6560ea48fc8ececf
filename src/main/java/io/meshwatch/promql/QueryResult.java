package io.meshwatch.promql;

import java.util.List;

/**
 * An answer with what the reader should know about it.
 *
 * @param value the answer
 * @param warnings likely mistakes, each text once, with position
 * @param infos possible mistakes, each text once, with position
 * @param samplesRead how many samples were read for it
 * @param samplesPeak most samples that were held at once
 */
public record QueryResult(Value value, List<String> warnings, List<String> infos, long samplesRead, long samplesPeak) {}
