package io.meshwatch.engine.remote;

import io.meshwatch.environment.BodyBuffer;
import io.meshwatch.model.StoreUnavailableException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * The memory that remote write requests may take at once, for bodies as they come and for what they are decompressed to; and its
 * reuse: a sender that goes on costs no new memory. Safe for all threads.
 *
 * <p>A body that finds no room is refused, and its sender comes again: many slow senders could hold room for long. Whoever has a body
 * waits for room to decompress it, because all who have some end soon.
 */
public final class WriteRoom {
  private static final int IDLE_MAX = 4;
  /** Larger buffers are not kept for the next request. */
  private static final int KEPT_BYTES_MAX = 1 << 20;
  /** A permit stands for so many bytes. */
  private static final int PERMIT_BYTES = 1 << 10;

  private final Semaphore bodies;
  private final Semaphore messages;
  private final int bytesMax;
  private final ArrayBlockingQueue<Buffers> idle = new ArrayBlockingQueue<>(IDLE_MAX);

  /** Room for so many bytes of bodies, and as many decompressed. */
  WriteRoom(int bytesMax) {
    this.bytesMax = bytesMax;
    this.bodies = new Semaphore(bytesMax / PERMIT_BYTES, true);
    this.messages = new Semaphore(bytesMax / PERMIT_BYTES, true);
  }

  /** Where a request lies. Confined to one thread. */
  private static final class Buffers {
    private final BodyBuffer body = new BodyBuffer();
    private byte[] message = {};

    boolean isKept() {
      return body.bytes().length <= KEPT_BYTES_MAX && message.length <= KEPT_BYTES_MAX;
    }
  }

  /** One request's part of the room, which it gives back by closing. Confined to one thread. */
  public final class Part implements AutoCloseable {
    private final int bodyPermits;
    private final Buffers buffers;
    private int messagePermits;

    private Part(int bodyPermits) {
      this.bodyPermits = bodyPermits;
      Buffers known = idle.poll();
      this.buffers = known == null ? new Buffers() : known;
    }

    /** Where the body is to be put. */
    public BodyBuffer body() {
      return buffers.body;
    }

    /** An array that a message of this length fits into. */
    byte[] message(int length) {
      int wanted = permits(length);
      try {
        messages.acquire(wanted);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreUnavailableException("interrupted while the request waited for memory");
      }
      messagePermits = wanted;
      if (buffers.message.length < length) {
        buffers.message = new byte[length + length / 8];
      }
      return buffers.message;
    }

    @Override
    public void close() {
      if (buffers.isKept()) {
        var _ = idle.offer(buffers);
      }
      messages.release(messagePermits);
      bodies.release(bodyPermits);
    }
  }

  /** Room for a body of this length; throws {@link StoreUnavailableException} if others have it. */
  Part part(long bodyLength) {
    int permits = permits(bodyLength);
    if (!bodies.tryAcquire(permits)) {
      throw new StoreUnavailableException(
          "there is no memory for a request of " + bodyLength + " bytes: others that are being received have up to " + bytesMax + " bytes; send it again");
    }
    return new Part(permits);
  }

  /** A request that is larger than all the room takes all of it. */
  private int permits(long length) {
    return Math.clamp(length / PERMIT_BYTES + 1, 1, bytesMax / PERMIT_BYTES);
  }
}
