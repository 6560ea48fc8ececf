package io.meshwatch.engine.remote;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import java.util.Arrays;

/** Bodies in snappy's block format, which tells its decompressed length at the start. */
final class SnappyBody {
  private SnappyBody() {}

  /** The decompressed length; throws {@link BadRemoteRequestException} if it is beyond the limit or this is not snappy. */
  static int length(byte[] compressed, int bytesMax) {
    int length;
    try {
      length = new SnappyJavaDecompressor().getUncompressedLength(compressed, 0);
    } catch (MalformedInputException | IndexOutOfBoundsException e) {
      throw notSnappy(e);
    }
    if (length < 0 || length > bytesMax) {
      throw new BadRemoteRequestException("the request has " + length + " bytes decompressed, at most " + bytesMax + " are taken");
    }
    return length;
  }

  /** Decompresses into a buffer that holds at least that length. */
  static void decompress(byte[] compressed, int compressedLength, byte[] into, int length) {
    try {
      int found = new SnappyJavaDecompressor().decompress(compressed, 0, compressedLength, into, 0, length);
      if (found != length) {
        throw new BadRemoteRequestException("the request claims " + length + " bytes decompressed, got " + found);
      }
    } catch (MalformedInputException | IndexOutOfBoundsException e) {
      throw notSnappy(e);
    }
  }

  private static BadRemoteRequestException notSnappy(RuntimeException e) {
    return new BadRemoteRequestException("the request is not compressed with snappy's block format: " + e.getMessage(), e);
  }

  static byte[] compress(byte[] plain) {
    SnappyJavaCompressor snappy = new SnappyJavaCompressor();
    byte[] packed = new byte[snappy.maxCompressedLength(plain.length)];
    return Arrays.copyOf(packed, snappy.compress(plain, 0, plain.length, packed, 0, packed.length));
  }
}
