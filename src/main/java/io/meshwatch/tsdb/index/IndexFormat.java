package io.meshwatch.tsdb.index;

/**
 * Numbers of a block's index file.
 *
 * <pre>
 * index    = 0xBAAAD700:uint32 version=2:byte symbols {series} {labelIndex} {postings} labelOffsets postingsOffsets contents
 * symbols  = section(number:uint32 {text})                                       sorted
 * series   = aligned to 16 bytes: length:uvarint entry crc32c:uint32             sorted by labels
 * entry    = labels:uvarint {name:uvarint value:uvarint} chunks:uvarint [min:varint max-min:uvarint ref:uvarint
 *            {min-max of the one before:uvarint max-min:uvarint ref difference:varint}]
 * labelIndex = aligned to 4 bytes: section(names=1:uint32 entries:uint32 {value:uint32})
 * postings = aligned to 4 bytes: section(number:uint32 {series:uint32})          offset of the series / 16, ascending
 * labelOffsets    = section(number:uint32 {1:uvarint name:text offset:uvarint})
 * postingsOffsets = section(number:uint32 {2:uvarint name:text value:text offset:uvarint})
 * contents = symbols series labelIndices labelOffsets postings postingsOffsets, uint64 each, crc32c:uint32
 * section(x) = length:uint32 x crc32c:uint32
 * text     = length:uvarint UTF-8
 * </pre>
 *
 * Names and values of labels are numbers of symbols. The postings of the empty name and value list all series.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/index.md">Index disk format</a>
 */
final class IndexFormat {
  static final int MAGIC = 0xBAAAD700;
  static final int VERSION = 2;
  static final int HEADER_BYTES = 5;
  static final int SERIES_ALIGNMENT = 16;
  static final int CONTENTS_BYTES = 6 * 8 + 4;
  static final int CHECKSUM_BYTES = 4;

  private IndexFormat() {}
}
