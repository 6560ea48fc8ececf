package io.meshwatch.scrape;

import io.meshwatch.environment.TcpServer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A name server for {@code example.test}, over UDP and TCP; every other name is unknown. */
final class FakeNameServer implements AutoCloseable {
  /** Type of a record and its value. */
  private record Entry(int type, byte[] value) {}

  private static final Map<Integer, List<Entry>> ANSWERS = Map.of(
      1, List.of(new Entry(1, bytes(10, 0, 0, 1)), new Entry(1, bytes(10, 0, 0, 2))),
      2, List.of(new Entry(2, name("ns.example.test"))),
      6, List.of(new Entry(6, joined(name("ns.example.test"), name("admin.example.test"), number(2026112201), number(1), number(2), number(3), number(4)))),
      15, List.of(new Entry(15, joined(bytes(0, 10), name("mail.example.test")))),
      16, List.of(new Entry(16, joined(bytes(7), "v=spf1 ".getBytes(StandardCharsets.US_ASCII), bytes(4), "-all".getBytes(StandardCharsets.US_ASCII)))),
      28, List.of(new Entry(28, bytes(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))),
      33, List.of(new Entry(33, joined(bytes(0, 1, 0, 2, 0x23, 0x8c), name("node.example.test")))),
      257, List.of(new Entry(257, joined(bytes(0, 5), "issueca.test".getBytes(StandardCharsets.US_ASCII)))));

  private final DatagramSocket datagrams;
  private final TcpServer connections;

  FakeNameServer() throws IOException {
    datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    connections = new TcpServer("name-server", "127.0.0.1", 0, 10, 5_000, (in, out) -> {
      DataInputStream framed = new DataInputStream(in);
      byte[] question = new byte[framed.readUnsignedShort()];
      framed.readFully(question);
      byte[] answer = answer(question);
      new DataOutputStream(out).write(joined(bytes(answer.length >> 8, answer.length), answer));
    });
    Thread.ofVirtual().start(this::serve);
  }

  String udp() {
    return "127.0.0.1:" + datagrams.getLocalPort();
  }

  String tcp() {
    return "127.0.0.1:" + connections.port();
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!datagrams.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        datagrams.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()));
        datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static byte[] answer(byte[] question) throws IOException {
    int end = 12;
    while (question[end] != 0) {
      end += question[end] + 1;
    }
    int type = (question[end + 1] & 0xFF) << 8 | (question[end + 2] & 0xFF);
    boolean known = Arrays.equals(Arrays.copyOfRange(question, 12, end + 1), name("example.test"));
    List<Entry> answers = known ? ANSWERS.getOrDefault(type, List.of()) : List.of();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(0x8180 | (known ? 0 : 3));
    out.writeShort(1);
    out.writeShort(answers.size());
    out.writeShort(1);
    out.writeShort(known ? 1 : 0);
    out.write(question, 12, end + 5 - 12);
    for (Entry entry : answers) {
      record(out, bytes(0xC0, 12), entry);
    }
    record(out, bytes(0xC0, 12), new Entry(2, joined(bytes(2), "ns".getBytes(StandardCharsets.US_ASCII), bytes(0xC0, 12))));
    if (known) {
      record(out, name("ns.example.test"), new Entry(1, bytes(10, 0, 0, 53)));
    }
    return bytes.toByteArray();
  }

  private static void record(DataOutputStream out, byte[] name, Entry entry) throws IOException {
    out.write(name);
    out.writeShort(entry.type);
    out.writeShort(1);
    out.writeInt(60);
    out.writeShort(entry.value.length);
    out.write(entry.value);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] number(long value) {
    return bytes((int) (value >> 24), (int) (value >> 16), (int) (value >> 8), (int) value);
  }

  private static byte[] name(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String label : name.split("\\.")) {
      bytes.write(label.length());
      bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    bytes.write(0);
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    datagrams.close();
    connections.close();
  }
}
