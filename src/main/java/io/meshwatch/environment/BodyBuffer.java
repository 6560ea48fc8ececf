package io.meshwatch.environment;

import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request in an array that is used again for the next one, for senders that send large bodies all the time. Its owner
 * lends it to one request after the other.
 */
public final class BodyBuffer {
  private byte[] own = {};
  private byte[] bytes = own;
  private int length;

  /** Holds the body from its start on; it may be longer than that. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes the body has. */
  public int length() {
    return length;
  }

  /** Takes a body as it is; nobody writes to it. */
  void set(byte[] body) {
    bytes = body;
    length = body.length;
  }

  /** Reads a body of known length; a sender that breaks off early leaves it shorter. */
  void read(InputStream in, int wanted) throws IOException {
    if (own.length < wanted) {
      // Bodies of one sender are of about the same length.
      own = new byte[wanted + wanted / 8];
    }
    bytes = own;
    length = in.readNBytes(own, 0, wanted);
  }
}
