package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Asks one name server one question. Confined to one thread. */
final class DnsExchange {
  private static final int USUAL_PORT = 53;
  private static final int DATAGRAM_BYTES_MAX = 65_535;
  private static final Path SYSTEM_SERVERS = Path.of("/etc/resolv.conf");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final DnsCall call;
  private final Clock clock;
  private final PhaseClock phases;
  private final long deadlineNanos;
  private Optional<String> address = Optional.empty();

  DnsExchange(DnsCall call, Clock clock) {
    this.call = call;
    this.clock = clock;
    this.phases = new PhaseClock(clock);
    this.deadlineNanos = clock.monotonicNanos() + call.timeoutMillis() * 1_000_000;
  }

  DnsResult run() {
    String server = "";
    try {
      phases.enter(Phase.RESOLVE);
      server = call.server().isEmpty() ? systemServer() : call.server();
      InetSocketAddress found = resolve(server);
      address = Optional.of(found.getAddress().getHostAddress());
      int id = RANDOM.nextInt(1 << 16);
      byte[] question = DnsMessage.question(id, call);
      byte[] answer = call.tcp() ? overTcp(found, question, id) : overUdp(found, question, id);
      return DnsMessage.read(answer, new DnsResult.Where(address, phases.end()));
    } catch (IOException e) {
      return failed(e, server);
    }
  }

  private DnsResult failed(IOException e, String server) {
    Phase phase = phases.phase();
    String message = switch (e) {
      case SocketTimeoutException t -> "name server " + server + " did not answer within " + call.timeoutMillis() + " ms";
      case UnknownHostException u -> "name server " + server + " was not found";
      case PortUnreachableException p -> "nothing answers at name server " + server;
      case ConnectException c -> "connection to name server " + server + " was refused";
      default -> "name server " + server + ": " + e.getMessage();
    };
    return DnsResult.failed(address, e instanceof SocketTimeoutException ? Phase.TIMEOUT : phase, message, phases.end());
  }

  private static String systemServer() throws IOException {
    List<String> lines = Files.readAllLines(SYSTEM_SERVERS);
    return lines.stream().map(line -> line.strip().split("\\s+")).filter(words -> words.length > 1 && words[0].equals("nameserver"))
        .map(words -> words[1]).findFirst().orElseThrow(() -> new IOException(SYSTEM_SERVERS + " names no name server"));
  }

  private static InetSocketAddress resolve(String server) throws UnknownHostException {
    int colon = server.lastIndexOf(':');
    boolean hasPort = colon > 0 && (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
    String host = (hasPort ? server.substring(0, colon) : server).replaceAll("[\\[\\]]", "");
    int port = hasPort ? Integer.parseInt(server.substring(colon + 1)) : USUAL_PORT;
    return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
  }

  private int leftMillis() throws SocketTimeoutException {
    long left = (deadlineNanos - clock.monotonicNanos()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("time is over");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  /** Anybody may send datagrams; what does not answer this question is passed over. */
  private byte[] overUdp(InetSocketAddress server, byte[] question, int id) throws IOException {
    phases.enter(Phase.CONNECT);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      phases.enter(Phase.FIRST_BYTE);
      socket.send(new DatagramPacket(question, question.length));
      DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
      while (true) {
        socket.setSoTimeout(leftMillis());
        socket.receive(packet);
        byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
        if (DnsMessage.answers(bytes, id)) {
          return bytes;
        }
      }
    }
  }

  /** Reads exactly so many bytes; who sends them one by one gets no more time for it. */
  private byte[] read(Socket socket, int count) throws IOException {
    byte[] bytes = new byte[count];
    int length = 0;
    while (length < count) {
      socket.setSoTimeout(leftMillis());
      int read = socket.getInputStream().read(bytes, length, count - length);
      if (read < 0) {
        throw new EOFException("it closed the connection after " + length + " of " + count + " bytes");
      }
      length += read;
    }
    return bytes;
  }

  private byte[] overTcp(InetSocketAddress server, byte[] question, int id) throws IOException {
    phases.enter(Phase.CONNECT);
    try (Socket socket = new Socket()) {
      socket.connect(server, leftMillis());
      phases.enter(Phase.FIRST_BYTE);
      byte[] framed = Arrays.copyOf(new byte[] {(byte) (question.length >> 8), (byte) question.length}, question.length + 2);
      System.arraycopy(question, 0, framed, 2, question.length);
      socket.getOutputStream().write(framed);
      byte[] length = read(socket, 2);
      byte[] answer = read(socket, (length[0] & 0xff) << 8 | (length[1] & 0xff));
      if (!DnsMessage.answers(answer, id)) {
        throw new IOException("it answered another question");
      }
      return answer;
    }
  }
}
