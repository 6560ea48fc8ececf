package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asks a name server on loopback that knows one SRV record. */
class DnsClientTest {
  private static final int SRV = 33;

  private DatagramSocket server;
  private DnsClient client;
  private volatile int responseCode;

  @BeforeEach
  void startServer() throws IOException {
    server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    client = new DnsClient("dns://127.0.0.1:" + server.getLocalPort());
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!server.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        server.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()));
        server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (SocketException closed) {
        return;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The question again, and behind it the record, whose name points back to the question's. */
  private byte[] answer(byte[] question) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    boolean found = responseCode == 0;
    out.write(question, 0, 2);
    out.writeShort(0x8180 | responseCode);
    out.writeShort(1);
    out.writeShort(found ? 1 : 0);
    out.writeShort(0);
    out.writeShort(0);
    int end = 12;
    while (question[end] != 0) {
      end += question[end] + 1;
    }
    out.write(question, 12, end + 5 - 12);
    if (found) {
      byte[] host = name("node-1", "example", "com");
      out.writeShort(0xC00C);
      out.writeShort(SRV);
      out.writeShort(1);
      out.writeInt(60);
      out.writeShort(6 + host.length);
      out.writeShort(10);
      out.writeShort(5);
      out.writeShort(9100);
      out.write(host);
    }
    return bytes.toByteArray();
  }

  private static byte[] name(String... labels) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String label : labels) {
      bytes.write(label.length());
      bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    bytes.write(0);
    return bytes.toByteArray();
  }

  @Test
  void readsRecords() throws IOException {
    assertThat(client.records("_node._tcp.example.com", "SRV")).containsExactly("10 5 9100 node-1.example.com.");
  }

  @Test
  void aNameThatDoesNotExistHasNoRecords() throws IOException {
    responseCode = 3;
    assertThat(client.records("_node._tcp.example.com", "SRV")).isEmpty();
  }

  @Test
  void aServerThatFailsIsAFailure() {
    responseCode = 2;
    assertThatThrownBy(() -> client.records("_node._tcp.example.com", "SRV"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not look up SRV records of _node._tcp.example.com");
  }
}
