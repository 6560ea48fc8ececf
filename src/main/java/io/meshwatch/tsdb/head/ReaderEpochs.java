package io.meshwatch.tsdb.head;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows which readers are open, so that what they may still look at is only let go after they closed. Safe for all threads. */
final class ReaderEpochs {
  private static final Logger LOG = LoggerFactory.getLogger(ReaderEpochs.class);

  private final TreeMap<Long, Integer> readers = new TreeMap<>();
  private final List<Retired> retired = new ArrayList<>();
  private long epoch;

  /** Lets something go. */
  interface Release {
    void run() throws IOException;
  }

  private record Retired(long epoch, Release release) {}

  /** A reader opens; what it returns is to be given to {@link #leave}. */
  synchronized long enter() {
    readers.merge(epoch, 1, Integer::sum);
    return epoch;
  }

  synchronized void leave(long entered) {
    readers.computeIfPresent(entered, (e, count) -> count == 1 ? null : count - 1);
    releaseUnused();
  }

  /** Starts a new epoch and returns the number of the one before. */
  synchronized long advance() {
    return epoch++;
  }

  /** Whether readers of this epoch, or an earlier one, are still open. */
  synchronized boolean isOccupied(long upToEpoch) {
    return !readers.isEmpty() && readers.firstKey() <= upToEpoch;
  }

  /** Runs this when all readers that are open now have closed; at once if there are none. */
  synchronized void retire(Release release) {
    retired.add(new Retired(epoch, release));
    epoch++;
    releaseUnused();
  }

  private void releaseUnused() {
    long oldest = readers.isEmpty() ? Long.MAX_VALUE : readers.firstKey();
    retired.removeIf(
        entry -> {
          if (entry.epoch >= oldest) {
            return false;
          }
          release(entry);
          return true;
        });
  }

  private static void release(Retired entry) {
    try {
      entry.release.run();
    } catch (IOException e) {
      LOG.warn("Files that no reader needs any more could not be deleted; they are tried again after the next start.", e);
    }
  }
}
