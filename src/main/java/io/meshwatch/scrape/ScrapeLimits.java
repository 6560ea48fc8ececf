package io.meshwatch.scrape;

/**
 * What one scrape may bring; beyond it the scrape fails as a whole. 0 = no limit of this kind.
 *
 * @param bodyBytes the page after decompression; 0 = {@link #BODY_BYTES_MAX}
 * @param samples samples after metric relabelling
 * @param labels labels of one series
 * @param labelNameLength characters of a label's name, in bytes of UTF-8
 * @param labelValueLength characters of a label's value, in bytes of UTF-8
 * @param targets targets of the job; more than that, and none of them is scraped
 * @param histogramBuckets buckets of one native histogram; one with more is stored at a lower resolution that has fewer
 * @param histogramBucketFactor least factor between the bounds of neighbouring buckets; a finer histogram is stored at a lower resolution
 * @param droppedTargets how many dropped targets are kept to be shown
 */
public record ScrapeLimits(
    long bodyBytes,
    long samples,
    long labels,
    long labelNameLength,
    long labelValueLength,
    long targets,
    long histogramBuckets,
    double histogramBucketFactor,
    long droppedTargets) {
  /** No page is larger than this, whatever is configured. */
  public static final long BODY_BYTES_MAX = 256L << 20;

  public static ScrapeLimits defaults() {
    return new ScrapeLimits(BODY_BYTES_MAX, 0, 0, 0, 0, 0, 0, 0, 1000);
  }

  public ScrapeLimits withSamples(long newSamples) {
    return new ScrapeLimits(bodyBytes, newSamples, labels, labelNameLength, labelValueLength, targets, histogramBuckets, histogramBucketFactor, droppedTargets);
  }

  long effectiveBodyBytes() {
    return bodyBytes <= 0 ? BODY_BYTES_MAX : Math.min(bodyBytes, BODY_BYTES_MAX);
  }
}
