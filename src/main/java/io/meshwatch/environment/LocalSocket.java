package io.meshwatch.environment;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A connection to a program on this machine over a socket in the file system. Confined to one thread. */
public final class LocalSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final long timeoutMillis;

  private LocalSocket(SocketChannel channel, Selector selector, long timeoutMillis) {
    this.channel = channel;
    this.selector = selector;
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Connects to a socket.
   *
   * @param timeoutMillis most time to wait for the next bytes
   * @throws NoSuchFileException if there is no such socket
   */
  public static LocalSocket open(Path path, long timeoutMillis) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    try {
      return watched(channel, timeoutMillis);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static LocalSocket watched(SocketChannel channel, long timeoutMillis) throws IOException {
    channel.configureBlocking(false);
    Selector selector = Selector.open();
    try {
      channel.register(selector, SelectionKey.OP_READ);
      return new LocalSocket(channel, selector, timeoutMillis);
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  public void write(byte[] bytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    while (all.hasRemaining()) {
      if (channel.write(all) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /** Reads exactly so many bytes; throws {@link SocketTimeoutException} if none come for too long. */
  public byte[] read(int count) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) {
      int read = channel.read(all);
      if (read < 0) {
        throw new EOFException("the other side closed the connection");
      }
      if (read == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return all.array();
  }

  private void await(int operation) throws IOException {
    channel.keyFor(selector).interestOps(operation);
    int ready = selector.select(timeoutMillis);
    selector.selectedKeys().clear();
    if (ready == 0) {
      throw new SocketTimeoutException("the other side did not answer within " + timeoutMillis + " ms");
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
