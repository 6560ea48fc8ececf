package io.meshwatch.tsdb.block;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Decides which blocks are merged next. A pure function of what the blocks say about themselves. */
public final class CompactionPlan {
  private static final int RANGE_FACTOR = 3;
  private static final long LONGEST_MILLIS = 31L * 24 * 3600 * 1000;
  private static final int RETENTION_SHARE = 10;

  private CompactionPlan() {}

  /** The lengths of blocks: each three times the one before, up to a tenth of the retention or 31 days. */
  public static List<Long> ranges(long shortestMillis, long retentionMillis) {
    long longest = retentionMillis == 0 ? LONGEST_MILLIS : Math.min(LONGEST_MILLIS, retentionMillis / RETENTION_SHARE);
    List<Long> ranges = new ArrayList<>(List.of(shortestMillis));
    while (ranges.getLast() * RANGE_FACTOR <= longest) {
      ranges.add(ranges.getLast() * RANGE_FACTOR);
    }
    return ranges;
  }

  /** The blocks to merge into one, oldest first; empty if there is nothing to do. */
  public static List<BlockMeta> next(List<BlockMeta> blocks, List<Long> ranges) {
    List<BlockMeta> sorted = new ArrayList<>(blocks);
    sorted.sort(Comparator.comparingLong(BlockMeta::minTime).thenComparing(BlockMeta::ulid));
    List<BlockMeta> overlapping = overlapping(sorted);
    if (!overlapping.isEmpty() || sorted.size() < 2) {
      return overlapping;
    }
    // The newest block stays apart: late samples may still come for its time, and backups can copy it meanwhile.
    List<BlockMeta> settled = sorted.subList(0, sorted.size() - 1);
    long newestStart = sorted.getLast().minTime();
    for (int r = 1; r < ranges.size(); r++) {
      List<BlockMeta> group = complete(settled, ranges.get(r), newestStart);
      if (!group.isEmpty()) {
        return group;
      }
    }
    return List.of();
  }

  private static List<BlockMeta> overlapping(List<BlockMeta> sorted) {
    List<BlockMeta> group = new ArrayList<>();
    long end = Long.MIN_VALUE;
    for (BlockMeta block : sorted) {
      if (!group.isEmpty() && block.minTime() >= end) {
        if (group.size() > 1) {
          return group;
        }
        group.clear();
      }
      group.add(block);
      end = group.size() == 1 ? block.maxTime() : Math.max(end, block.maxTime());
    }
    return group.size() > 1 ? group : List.of();
  }

  /** Several blocks of one aligned range that is either full or will get no more blocks. */
  private static List<BlockMeta> complete(List<BlockMeta> sorted, long range, long newestStart) {
    List<BlockMeta> group = new ArrayList<>();
    long groupStart = Long.MIN_VALUE;
    for (int i = 0; i <= sorted.size(); i++) {
      long start = i == sorted.size() ? Long.MAX_VALUE : Math.floorDiv(sorted.get(i).minTime(), range) * range;
      if (i == sorted.size() || start != groupStart) {
        if (group.size() > 1 && isComplete(group, range, newestStart)) {
          return group;
        }
        group = new ArrayList<>();
        groupStart = start;
      }
      if (i < sorted.size() && sorted.get(i).maxTime() <= start + range) {
        group.add(sorted.get(i));
      }
    }
    return List.of();
  }

  private static boolean isComplete(List<BlockMeta> group, long range, long newestStart) {
    long from = group.getFirst().minTime();
    long to = group.getLast().maxTime();
    return to - from == range || to <= newestStart;
  }
}
