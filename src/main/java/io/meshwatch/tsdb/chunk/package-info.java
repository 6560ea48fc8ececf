/**
 * Floor 1. Bytes of samples: the codecs of float, histogram and float histogram chunks, and the byte helpers all files of the
 * store share. Pure: no file is opened here. Open {@link io.meshwatch.tsdb.chunk.XorEncoder} first.
 */
@NullMarked
package io.meshwatch.tsdb.chunk;

import org.jspecify.annotations.NullMarked;
