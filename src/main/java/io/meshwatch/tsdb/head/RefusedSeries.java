package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;

/** The handle of a new series that the limit keeps out; it is tried again with every sample. */
record RefusedSeries(Labels labels) implements SeriesHandle {}
