package io.meshwatch.environment;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The head of an HTTP/1 request.
 *
 * @param method as sent
 * @param target path and query as sent, always beginning with a slash
 * @param keepAlive whether the connection stays open for another request
 * @param headers by name in lower case; of several of one name the first
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
 */
record RequestHead(String method, String target, boolean keepAlive, Map<String, String> headers) {
  static final int BYTES_MAX = 8 << 10;
  /** Stands for a head that could not be read, when that is answered. */
  static final RequestHead UNREADABLE = new RequestHead("", "/", false, Map.of());
  /** Two of these would leave open where a request goes to or where it ends. */
  private static final Set<String> SINGLE = Set.of("host", "content-length", "transfer-encoding");
  private static final int DELETE = 127;
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  /** What was sent is no request that can be answered otherwise than by this status. */
  static final class BadRequestException extends IOException {
    private final int status;

    BadRequestException(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /**
   * Reads a head, whose first byte was read already.
   *
   * @param overdue whether it has taken too long: who sends byte by byte would otherwise be waited for forever
   */
  static RequestHead read(int firstByte, InputStream in, BooleanSupplier overdue) throws IOException {
    Lines lines = new Lines(firstByte, in, overdue);
    String line = lines.next();
    while (line.isEmpty()) {
      line = lines.next();
    }
    String[] words = line.split(" ", -1);
    if (words.length != 3 || !isToken(words[0])) {
      throw new BadRequestException(400, "expected a request line: method, target, version");
    }
    boolean newer = words[2].equals("HTTP/1.1");
    if (!newer && !words[2].equals("HTTP/1.0")) {
      throw new BadRequestException(505, "expected HTTP/1.1 or HTTP/1.0");
    }
    Map<String, String> headers = headers(lines);
    if (newer && !headers.containsKey("host")) {
      throw new BadRequestException(400, "expected a header Host");
    }
    String connection = headers.getOrDefault("connection", newer ? "" : "close").toLowerCase(Locale.ROOT);
    return new RequestHead(words[0], target(words[1]), !connection.contains("close"), headers);
  }

  /** The path of a whole URL, as clients send it to proxies, counts as well. */
  private static String target(String sent) throws BadRequestException {
    int authority = sent.indexOf("://");
    int slash = authority > 0 && sent.startsWith("http") ? sent.indexOf('/', authority + 3) : 0;
    String target = slash < 0 ? "/" : sent.substring(slash);
    if (!target.startsWith("/")) {
      throw new BadRequestException(400, "expected a target that begins with a slash");
    }
    return target;
  }

  private static Map<String, String> headers(Lines lines) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
      int colon = line.indexOf(':');
      if (colon < 1 || !isToken(line.substring(0, colon))) {
        throw new BadRequestException(400, "expected a header: name, colon, value");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (headers.putIfAbsent(name, line.substring(colon + 1).strip()) != null && SINGLE.contains(name)) {
        throw new BadRequestException(400, "expected one header " + name);
      }
    }
    return headers;
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letterOrDigit = c < 128 && Character.isLetterOrDigit(c);
      if (!letterOrDigit && TOKEN_MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether a body follows. */
  boolean hasBody() {
    return headers.containsKey("transfer-encoding") || !headers.getOrDefault("content-length", "0").equals("0");
  }

  /** The lines of one head, whose length together is bounded. */
  private static final class Lines {
    private final InputStream in;
    private final BooleanSupplier overdue;
    private int firstByte;
    private int left = BYTES_MAX;

    Lines(int firstByte, InputStream in, BooleanSupplier overdue) {
      this.firstByte = firstByte;
      this.in = in;
      this.overdue = overdue;
    }

    String next() throws IOException {
      StringBuilder line = new StringBuilder(80);
      int octet = octet();
      while (octet != '\n' && octet != '\r') {
        if ((octet < ' ' && octet != '\t') || octet == DELETE) {
          throw new BadRequestException(400, "expected no control characters");
        }
        line.append((char) octet);
        octet = octet();
      }
      if (octet == '\r' && octet() != '\n') {
        throw new BadRequestException(400, "expected a line feed after the carriage return");
      }
      return line.toString();
    }

    private int octet() throws IOException {
      if (overdue.getAsBoolean()) {
        throw new BadRequestException(408, "expected a whole head sooner");
      }
      if (left-- == 0) {
        throw new BadRequestException(431, "expected a head of at most " + BYTES_MAX + " bytes");
      }
      int octet = firstByte;
      firstByte = -1;
      octet = octet >= 0 ? octet : in.read();
      if (octet < 0) {
        throw new EOFException("the connection ended in the middle of a head");
      }
      return octet;
    }
  }
}
