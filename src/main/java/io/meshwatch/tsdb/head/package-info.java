/**
 * Floor 1. The newest hours: series in memory with their open and recent chunks, full chunks in memory-mapped files, and the
 * appender that writes the log first and the chunks then. Open {@link io.meshwatch.tsdb.head.Head} first, then
 * {@link io.meshwatch.tsdb.head.HeadSeries}.
 */
@NullMarked
package io.meshwatch.tsdb.head;

import org.jspecify.annotations.NullMarked;
