package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;

/**
 * The handle of a new series that a limit keeps out; it is tried again with every sample.
 *
 * @param refusal which limit, and what about the series meets it
 */
record RefusedSeries(Labels labels, String refusal) implements SeriesHandle {}
