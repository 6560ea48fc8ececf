package io.meshwatch.tsdb.head;

import java.util.Collection;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** The references of the series that were in the head at one moment. */
public final class LiveReferences {
  private final Roaring64Bitmap references = new Roaring64Bitmap();

  LiveReferences(Collection<HeadSeries> series, Map<Long, HeadSeries> aliases) {
    for (HeadSeries one : series) {
      references.addLong(one.reference());
    }
    aliases.forEach(
        (reference, one) -> {
          if (!one.isDropped()) {
            references.addLong(reference);
          }
        });
  }

  boolean contains(long reference) {
    return references.contains(reference);
  }
}
