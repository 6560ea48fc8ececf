/**
 * Floor 1. From labels to series: posting lists, the selection of series by matchers, the index in memory and the index file
 * of a block. Open {@link io.meshwatch.tsdb.index.Selection} first.
 */
@NullMarked
package io.meshwatch.tsdb.index;

import org.jspecify.annotations.NullMarked;
