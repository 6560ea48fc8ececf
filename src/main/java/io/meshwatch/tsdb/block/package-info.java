/**
 * Floor 1. Blocks: immutable folders with the samples of some hours, written once, memory-mapped when read, merged by compaction.
 * Open {@link io.meshwatch.tsdb.block.Block} first, then {@link io.meshwatch.tsdb.block.BlockWriter}.
 */
@NullMarked
package io.meshwatch.tsdb.block;

import org.jspecify.annotations.NullMarked;
