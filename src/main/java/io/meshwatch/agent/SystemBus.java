package io.meshwatch.agent;

import io.meshwatch.environment.LocalSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connection to D-Bus, by which programs of one machine call each other. Only calls with texts as arguments are made; everything
 * else that arrives is passed over. Confined to one thread.
 *
 * @see <a href="https://dbus.freedesktop.org/doc/dbus-specification.html">D-Bus specification</a>
 */
final class SystemBus implements AutoCloseable {
  private static final long TIMEOUT_MILLIS = 2_000;
  private static final int LINE_BYTES_MAX = 1_000;
  private static final int MESSAGE_BYTES_MAX = 16 << 20;
  private static final int HEADER_BYTES = 16;
  private static final int METHOD_RETURN = 2;
  private static final int ERROR = 3;

  private final LocalSocket socket;
  private int serial;

  private SystemBus(LocalSocket socket) {
    this.socket = socket;
  }

  /** Connects and logs in as the user of this process. */
  static SystemBus connect(Path path) throws IOException {
    SystemBus bus = new SystemBus(LocalSocket.open(path, TIMEOUT_MILLIS));
    try {
      bus.logIn();
      bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello");
      return bus;
    } catch (IOException e) {
      bus.close();
      throw e;
    }
  }

  /** The bus sees by the socket who we are, so nothing has to be said. */
  private void logIn() throws IOException {
    send("\0AUTH EXTERNAL\r\n");
    expect("DATA");
    send("DATA\r\n");
    expect("OK");
    send("BEGIN\r\n");
  }

  private void send(String text) throws IOException {
    socket.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void expect(String word) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0 && line.length() < LINE_BYTES_MAX) {
      line.append((char) socket.read(1)[0]);
    }
    if (!line.toString().startsWith(word)) {
      throw new IOException("expected " + word + " from D-Bus, got " + line.toString().strip());
    }
  }

  /** Calls a method and waits for its answer; an error that is answered is an exception. */
  BusMessage.Reader call(String destination, String path, String interfaceName, String member, String... arguments) throws IOException {
    return answer(ask(destination, path, interfaceName, member, arguments));
  }

  /** Sends a call without waiting; returns the number under which {@link #answer} takes the answer. Answers come in the order of calls. */
  int ask(String destination, String path, String interfaceName, String member, String... arguments) throws IOException {
    serial++;
    socket.write(BusMessage.call(serial, destination, path, interfaceName, member, arguments));
    return serial;
  }

  /** The answer to a call. */
  BusMessage.Reader answer(int asked) throws IOException {
    while (true) {
      BusMessage.Header header = BusMessage.header(socket.read(HEADER_BYTES));
      if (header.restBytes() > MESSAGE_BYTES_MAX) {
        throw new IOException("D-Bus sends a message of " + header.restBytes() + " bytes, the limit is " + MESSAGE_BYTES_MAX);
      }
      BusMessage.Reader message = header.rest(socket.read((int) header.restBytes()));
      if (message.replySerial() == asked && header.type() == METHOD_RETURN) {
        return message;
      }
      if (message.replySerial() == asked && header.type() == ERROR) {
        throw new BusErrorException(message.errorName());
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** The other side answered a call with an error. */
  static final class BusErrorException extends IOException {
    BusErrorException(String name) {
      super(name);
    }
  }
}
