package io.meshwatch.tsdb.wal;

import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The records of one segment, one after the other. Confined to one thread; a record is valid until the next call. */
public interface RecordSource extends AutoCloseable {
  /** Moves to the next record; false at the end or at damage. */
  boolean next() throws IOException;

  /** What stopped {@link #next}, or null at the ordinary end. */
  @Nullable CorruptionException damage();

  /** Forgets the damage; the next record is looked for from the next page on. */
  void skipDamage();

  /** The current record, decompressed. */
  ByteReader record();

  /** Where the current record begins. */
  long recordStart();

  /** Where the last good record ends. */
  long recordEnd();

  @Override
  void close() throws IOException;
}
