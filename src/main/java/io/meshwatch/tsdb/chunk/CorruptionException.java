package io.meshwatch.tsdb.chunk;

/** Bytes of the store are not what was written: says where, what was expected there and what was found. */
public final class CorruptionException extends RuntimeException {
  private final String file;
  private final long offset;
  private final String expected;
  private final String got;

  public CorruptionException(String file, long offset, String expected, String got) {
    super(file + " at byte " + offset + ": expected " + expected + ", got " + got);
    this.file = file;
    this.offset = offset;
    this.expected = expected;
    this.got = got;
  }

  /** The file, as it was opened. */
  public String file() {
    return file;
  }

  /** Bytes from the start of the file. */
  public long offset() {
    return offset;
  }

  public String expected() {
    return expected;
  }

  public String got() {
    return got;
  }
}
