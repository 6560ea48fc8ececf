package io.meshwatch.tsdb;

import java.util.List;

/**
 * What was found, and what had to be cut, when the store was opened.
 *
 * @param cuts damaged places, empty if all was well
 * @param samples samples replayed from the log
 * @param unknownReferences entries of the log that name a series it does not know
 * @param millis how long it took
 */
public record Recovery(List<Cut> cuts, long samples, long unknownReferences, long millis) {
  /**
   * One damaged place.
   *
   * @param file where
   * @param offset first byte that is lost
   * @param bytes how many bytes are lost
   * @param samples about how many samples were in these bytes, judged by the good records around them
   * @param recordsAfter good records behind the damage, which were kept
   * @param reason what was expected and got
   * @param kept where the file lies as it was, empty if only its torn end was cut
   */
  public record Cut(String file, long offset, long bytes, long samples, long recordsAfter, String reason, String kept) {
    @Override
    public String toString() {
      return file + ": cut " + bytes + " bytes at byte " + offset + (samples > 0 ? ", about " + samples + " samples" : "")
          + " (" + reason + ")"
          + (recordsAfter > 0 ? "; " + recordsAfter + " records behind it are good and kept" : "")
          + (kept.isEmpty() ? "" : "; the file as it was is kept as " + kept);
    }
  }
}
