package io.meshwatch.agent;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A D-Bus with a systemd behind it. Every connection is served by a thread. */
final class FakeBus implements AutoCloseable {
  /** A unit as {@code ListUnits} gives it, with what its properties say. */
  record Unit(String name, String loaded, String active, String type, int restarts) {}

  final List<Unit> units = new CopyOnWriteArrayList<>();
  final AtomicInteger propertyCalls = new AtomicInteger();
  private final ServerSocketChannel listening;
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

  FakeBus(Path socket) throws IOException {
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listening.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  /** Hangs up on everybody. */
  void drop() throws IOException {
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
      line(in);
      write(connection, "DATA\r\n".getBytes(StandardCharsets.US_ASCII));
      line(in);
      write(connection, "OK 1234deadbeef\r\n".getBytes(StandardCharsets.US_ASCII));
      line(in);
      while (true) {
        byte[] header = in.readNBytes(16);
        if (header.length < 16) {
          return;
        }
        ByteBuffer fixed = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        byte[] rest = in.readNBytes((fixed.getInt(12) + 7) / 8 * 8 + fixed.getInt(4));
        answer(connection, fixed.getInt(8), new String(rest, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      // The other side has hung up, or the test is over.
    }
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0) {
      line.append((char) in.readByte());
    }
    return line.toString();
  }

  private void answer(SocketChannel connection, int serial, String call) throws IOException {
    if (call.contains("Hello")) {
      // A signal that nobody waits for comes in between.
      write(connection, message(4, 0, "s", body().text(":1.7")));
      write(connection, message(2, serial, "s", body().text(":1.7")));
    } else if (call.contains("ListUnits")) {
      write(connection, message(2, serial, "a(ssssssouso)", unitList()));
    } else if (call.contains("SystemState")) {
      write(connection, message(2, serial, "v", body().signature("s").text("running")));
    } else {
      propertyCalls.incrementAndGet();
      Unit unit = units.stream().filter(u -> call.contains(path(u) + "\0")).findFirst().orElseThrow();
      if (unit.restarts < 0) {
        write(connection, message(3, serial, "s", body().text("no such property")));
      } else if (call.contains("NRestarts")) {
        write(connection, message(2, serial, "v", body().signature("u").number(unit.restarts)));
      } else {
        write(connection, message(2, serial, "v", body().signature("s").text(unit.type)));
      }
    }
  }

  private static String path(Unit unit) {
    return "/unit/" + unit.name.replace('.', '_');
  }

  private Body unitList() {
    Body list = body();
    list.number(0);
    int from = list.out.position() + 4;
    for (Unit unit : units) {
      list.align(8);
      list.text(unit.name).text("a description").text(unit.loaded).text(unit.active).text("sub").text("").text(path(unit)).number(0).text("").text("/");
    }
    list.out.putInt(0, list.out.position() - from);
    return list;
  }

  private static byte[] message(int type, int replyTo, String signature, Body body) {
    Body header = body();
    header.out.put((byte) 'l').put((byte) type).put((byte) 1).put((byte) 1);
    header.number(body.out.position()).number(77).number(0);
    int from = header.out.position();
    header.align(8).out.put((byte) 5).put((byte) 1).put((byte) 'u').put((byte) 0);
    header.number(replyTo);
    header.align(8).out.put((byte) 8).put((byte) 1).put((byte) 'g').put((byte) 0);
    header.signature(signature);
    header.out.putInt(12, header.out.position() - from);
    header.align(8).out.put(body.out.flip());
    byte[] bytes = new byte[header.out.position()];
    header.out.flip().get(bytes);
    return bytes;
  }

  private static void write(SocketChannel connection, byte[] bytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    while (all.hasRemaining()) {
      connection.write(all);
    }
  }

  private static Body body() {
    return new Body(ByteBuffer.allocate(64 << 10).order(ByteOrder.LITTLE_ENDIAN));
  }

  private record Body(ByteBuffer out) {
    Body align(int size) {
      while (out.position() % size != 0) {
        out.put((byte) 0);
      }
      return this;
    }

    Body number(int value) {
      align(4).out.putInt(value);
      return this;
    }

    Body text(String text) {
      number(text.length()).out.put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
      return this;
    }

    Body signature(String text) {
      out.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
      return this;
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
      drop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
