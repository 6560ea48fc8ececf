package io.meshwatch.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening TCP port for a protocol other than HTTP; each connection has a thread of its own, usually a virtual one. Safe for all threads. */
public final class TcpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);
  private static final long ACCEPT_AGAIN_NANOS = 100_000_000;

  private final String name;
  private final int connectionsMax;
  private final int idleMillis;
  private final ThreadFactory threads;
  private final ConnectionHandler handler;
  private final ServerSocket listening;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /** Speaks with one client. */
  @FunctionalInterface
  public interface Handler {
    /** Reads and writes until the conversation is over; the streams are closed by the caller. */
    void serve(InputStream in, OutputStream out) throws IOException;
  }

  /** Has a whole conversation with a client; the connection is closed by the caller. */
  @FunctionalInterface
  interface ConnectionHandler {
    void serve(Socket connection) throws IOException;
  }

  /**
   * Opens the port; throws {@link Listeners.PortTakenException} if another program has it.
   *
   * @param port 0 = any free one
   * @param connectionsMax further connections are closed at once
   * @param idleMillis a connection that sends nothing for so long is closed
   */
  public TcpServer(String name, String host, int port, int connectionsMax, int idleMillis, Handler handler) {
    this(name, host, port, connectionsMax, idleMillis, Thread.ofVirtual().factory(),
        connection -> handler.serve(connection.getInputStream(), connection.getOutputStream()));
  }

  /** The same for a handler that needs the connection itself, with other threads. */
  TcpServer(
      String name, String host, int port, int connectionsMax, int idleMillis, ThreadFactory threads, ConnectionHandler handler) {
    this.name = name;
    this.connectionsMax = connectionsMax;
    this.idleMillis = idleMillis;
    this.threads = threads;
    this.handler = handler;
    this.listening = listen(name, host, port);
    start(name + "-accept", this::accept);
  }

  private static ServerSocket listen(String name, String host, int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return socket;
    } catch (BindException e) {
      throw new Listeners.PortTakenException("port " + port + " on " + host + " (" + name + ") is in use by another program", e);
    } catch (IOException e) {
      throw new IllegalStateException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  /** The port that was bound. */
  public int port() {
    return listening.getLocalPort();
  }

  private void start(String threadName, Runnable work) {
    Thread thread = threads.newThread(work);
    thread.setName(threadName);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket connection = listening.accept();
        if (connections.size() >= connectionsMax) {
          connection.close();
          continue;
        }
        connections.add(connection);
        start(name, () -> serve(connection));
      } catch (IOException e) {
        LOG.debug("{}: accepting ended: {}", name, e.getMessage());
        waitUnlessClosed();
      }
    }
  }

  /** What kept a connection from being accepted, such as too many open files, keeps the next one from it as well. */
  private void waitUnlessClosed() {
    if (!listening.isClosed()) {
      LockSupport.parkNanos(ACCEPT_AGAIN_NANOS);
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setSoTimeout(idleMillis);
      handler.serve(connection);
    } catch (IOException e) {
      LOG.debug("{}: a conversation ended early: {}", name, e.getMessage());
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      LOG.debug("{}: closing failed: {}", name, e.getMessage());
    }
  }
}
