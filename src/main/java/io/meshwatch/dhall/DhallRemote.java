package io.meshwatch.dhall;

import java.io.IOException;
import java.util.Map;

/** Fetches what remote imports name. Who allows them writes one; {@link #REFUSED} is the default. */
@FunctionalInterface
public interface DhallRemote {
  /** Refuses everything, so that loading a configuration never leaves the machine. */
  DhallRemote REFUSED =
      (url, headers) -> {
        throw new IOException("remote imports are switched off: save the file and import it by its path");
      };

  /** Fetches a URL with additional request headers; fails with a message for the user. */
  Answer fetch(String url, Map<String, String> headers) throws IOException;

  /**
   * What came.
   *
   * @param body the file
   * @param allowOrigin the header {@code Access-Control-Allow-Origin}; empty if there is none
   */
  record Answer(byte[] body, String allowOrigin) {}
}
