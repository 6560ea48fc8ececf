package io.meshwatch.tsdb;

import java.util.ArrayList;
import java.util.List;

/**
 * What was found, and what had to be cut, when the store was opened.
 *
 * @param cuts damaged places, empty if all was well
 * @param samples samples replayed from the log
 * @param unknownReferences entries of the log that name a series it does not know
 * @param orphanedChunks chunks in head chunk files that belong to a series which the log does not know
 * @param millis how long it took
 */
public record Recovery(List<Cut> cuts, long samples, long unknownReferences, long orphanedChunks, long millis) {
  /**
   * One damaged place.
   *
   * @param file where
   * @param offset first byte that is lost
   * @param bytes how many bytes are lost
   * @param samples about how many samples were in these bytes, judged by the good records around them, or {@link #SAMPLES_UNKNOWN}
   * @param recordsAfter good records behind the damage, which were kept
   * @param reason what was expected and got
   * @param kept where the file lies as it was, empty if only its torn end was cut
   */
  public record Cut(String file, long offset, long bytes, long samples, long recordsAfter, String reason, String kept) {
    /** No good record tells how many samples there may have been. */
    public static final long SAMPLES_UNKNOWN = -1;

    @Override
    public String toString() {
      String lost = samples == SAMPLES_UNKNOWN ? ", an unknown number of samples" : ", about " + samples + " samples";
      return file + ": cut " + bytes + " bytes at byte " + offset + (samples == 0 ? "" : lost)
          + " (" + reason + ")"
          + (recordsAfter > 0 ? "; " + recordsAfter + " records behind it are good and kept" : "")
          + (kept.isEmpty() ? "" : "; the file as it was is kept as " + kept);
    }
  }

  /** What was cut, and what was lost by it, in sentences for people; empty if all was well. */
  public List<String> sentences() {
    List<String> all = new ArrayList<>();
    cuts.forEach(cut -> all.add(cut.toString()));
    if (!cuts.isEmpty() && unknownReferences + orphanedChunks > 0) {
      all.add(
          "With the damaged places the log lost series: " + unknownReferences + " entries that name them, mostly samples, and " + orphanedChunks
              + " full chunks of them are left out");
    }
    return all;
  }
}
