package io.meshwatch.environment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** When an answer is worth compressing. */
final class Gzip {
  /** Smaller bodies are sent as they are: a gzip header costs more than it saves. */
  static final int BYTES_MIN = 1024;
  /** Beginnings of content types that are compressed in themselves: pictures, fonts, chunks of samples. */
  private static final List<String> PACKED_TYPES = List.of("image/png", "font/", "application/x-streamed-protobuf");

  private Gzip() {}

  /** Whether the client takes it and this type of content gets smaller. */
  static boolean pays(@Nullable String acceptEncoding, @Nullable String contentType) {
    if (acceptEncoding == null || !acceptEncoding.contains("gzip")) {
      return false;
    }
    for (String packed : PACKED_TYPES) {
      if (contentType != null && contentType.startsWith(packed)) {
        return false;
      }
    }
    return true;
  }
}
