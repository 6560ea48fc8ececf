package io.meshwatch.environment;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Writes questions and reads answers of DNS.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1035#section-4">RFC 1035, 4</a>
 */
final class DnsMessage {
  private static final Map<String, Integer> TYPES = Map.ofEntries(
      Map.entry("A", 1), Map.entry("NS", 2), Map.entry("CNAME", 5), Map.entry("SOA", 6), Map.entry("PTR", 12), Map.entry("MX", 15),
      Map.entry("TXT", 16), Map.entry("AAAA", 28), Map.entry("SRV", 33), Map.entry("ANY", 255), Map.entry("CAA", 257));
  private static final Map<Integer, String> TYPE_NAMES = TYPES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
  private static final List<String> CODES = List.of("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
      "NXRRSET", "NOTAUTH", "NOTZONE");
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int INTERNET = 1;
  private static final int LABEL_BYTES_MAX = 63;
  private static final int POINTERS_MAX = 100;

  private final ByteBuffer bytes;
  private OptionalLong serial = OptionalLong.empty();

  private DnsMessage(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** A question; throws {@link IOException} if the name or the type is none. */
  static byte[] question(int id, DnsCall call) throws IOException {
    Integer type = TYPES.get(call.type());
    if (type == null) {
      throw new ProtocolException("there are no records of type " + call.type());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(call.recursion() ? RECURSION_DESIRED : 0);
    out.writeShort(1);
    out.writeShort(0);
    out.writeShort(0);
    out.writeShort(0);
    for (String label : call.name().isEmpty() || call.name().equals(".") ? new String[0] : IDN.toASCII(call.name()).split("\\.")) {
      byte[] text = label.getBytes(StandardCharsets.US_ASCII);
      if (text.length == 0 || text.length > LABEL_BYTES_MAX) {
        throw new ProtocolException(call.name() + " is no name that a name server could know");
      }
      out.writeByte(text.length);
      out.write(text);
    }
    out.writeByte(0);
    out.writeShort(type);
    out.writeShort(INTERNET);
    return bytes.toByteArray();
  }

  /** Whether these bytes answer the question with this number. */
  static boolean answers(byte[] bytes, int id) {
    return bytes.length >= 12 && (Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort()) == id) && bytes[2] < 0;
  }

  /** The records of an answer; throws {@link IOException} if it is cut short or broken. */
  static DnsResult read(byte[] bytes, DnsResult.Where where) throws IOException {
    DnsMessage message = new DnsMessage(bytes);
    try {
      return message.read(where);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new ProtocolException("the name server's answer is broken");
    }
  }

  private DnsResult read(DnsResult.Where where) throws IOException {
    bytes.position(2);
    int code = bytes.getShort() & 0xF;
    int questions = Short.toUnsignedInt(bytes.getShort());
    int answers = Short.toUnsignedInt(bytes.getShort());
    int authorities = Short.toUnsignedInt(bytes.getShort());
    int additionals = Short.toUnsignedInt(bytes.getShort());
    for (int i = 0; i < questions; i++) {
      name();
      bytes.getInt();
    }
    return where.answered(code < CODES.size() ? CODES.get(code) : "RCODE" + code, records(answers), records(authorities), records(additionals), serial);
  }

  private List<String> records(int count) throws IOException {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = name();
      int type = Short.toUnsignedInt(bytes.getShort());
      bytes.getShort();
      long seconds = Integer.toUnsignedLong(bytes.getInt());
      int length = Short.toUnsignedInt(bytes.getShort());
      int end = bytes.position() + length;
      String typeName = TYPE_NAMES.getOrDefault(type, "TYPE" + type);
      records.add(name + "\t" + seconds + "\tIN\t" + typeName + "\t" + value(typeName, length, end));
      bytes.position(end);
    }
    return records;
  }

  private String value(String type, int length, int end) throws IOException {
    return switch (type) {
      case "A" -> InetAddress.getByAddress(take(4)).getHostAddress();
      case "AAAA" -> ipv6(take(16));
      case "NS", "CNAME", "PTR" -> name();
      case "MX" -> number16() + " " + name();
      case "SRV" -> number16() + " " + number16() + " " + number16() + " " + name();
      case "SOA" -> soa();
      case "TXT" -> texts(end);
      case "CAA" -> (bytes.get() & 0xFF) + " " + text() + " \"" + new String(take(end - bytes.position()), StandardCharsets.UTF_8) + "\"";
      default -> "\\# " + length + " " + HexFormat.of().formatHex(take(length));
    };
  }

  private String soa() throws IOException {
    String server = name();
    String mailbox = name();
    long number = Integer.toUnsignedLong(bytes.getInt());
    serial = OptionalLong.of(number);
    StringBuilder text = new StringBuilder(server).append(' ').append(mailbox).append(' ').append(number);
    for (int i = 0; i < 4; i++) {
      text.append(' ').append(Integer.toUnsignedLong(bytes.getInt()));
    }
    return text.toString();
  }

  private String texts(int end) {
    List<String> texts = new ArrayList<>();
    while (bytes.position() < end) {
      texts.add('"' + text().replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    }
    return String.join(" ", texts);
  }

  private String text() {
    return new String(take(bytes.get() & 0xFF), StandardCharsets.UTF_8);
  }

  private int number16() {
    return Short.toUnsignedInt(bytes.getShort());
  }

  private byte[] take(int count) {
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  /** A name, with a dot at its end. Parts of it may stand elsewhere in the message, where a pointer says. */
  private String name() throws IOException {
    StringBuilder name = new StringBuilder();
    int after = -1;
    for (int pointers = 0; ; ) {
      int length = bytes.get() & 0xFF;
      if (length == 0) {
        break;
      }
      if (length > LABEL_BYTES_MAX) {
        int place = (length & 0x3F) << 8 | (bytes.get() & 0xFF);
        after = after < 0 ? bytes.position() : after;
        if (++pointers > POINTERS_MAX) {
          throw new ProtocolException("a name in the name server's answer points to itself");
        }
        bytes.position(place);
      } else {
        name.append(new String(take(length), StandardCharsets.UTF_8).replace("\\", "\\\\").replace(".", "\\.")).append('.');
      }
    }
    if (after >= 0) {
      bytes.position(after);
    }
    return name.isEmpty() ? "." : name.toString();
  }

  /** In the short form of RFC 5952: the longest run of zeros is left out. */
  private static String ipv6(byte[] address) {
    ByteBuffer groups = ByteBuffer.wrap(address);
    int bestFrom = -1;
    int bestLength = 1;
    for (int from = 0; from < 8; from++) {
      int length = 0;
      while (from + length < 8 && groups.getShort(2 * (from + length)) == 0) {
        length++;
      }
      if (length > bestLength) {
        bestFrom = from;
        bestLength = length;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == bestFrom) {
        text.append("::");
        i += bestLength - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":").append(Integer.toHexString(Short.toUnsignedInt(groups.getShort(2 * i))));
      }
    }
    return text.toString();
  }
}
