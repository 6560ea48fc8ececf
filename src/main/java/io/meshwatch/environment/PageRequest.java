package io.meshwatch.environment;

import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request without a body.
 *
 * @param head what was sent
 * @param user who logged in
 * @param connection where it came from
 */
record PageRequest(RequestHead head, Optional<String> user, Socket connection) implements HttpRequest {
  @Override
  public String method() {
    return head.method();
  }

  @Override
  public String path() {
    return decodedPath(rawPath());
  }

  /** Pages have plain names: what cannot be decoded, or would climb, is the name of none. */
  private static String decodedPath(String raw) {
    String decoded;
    try {
      decoded = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
    return decoded.contains("..") ? "" : decoded;
  }

  @Override
  public String rawPath() {
    int query = head.target().indexOf('?');
    return query < 0 ? head.target() : head.target().substring(0, query);
  }

  @Override
  public Map<String, List<String>> parameters() {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    int query = head.target().indexOf('?');
    FormText.addTo(parameters, query < 0 ? "" : head.target().substring(query + 1));
    return parameters;
  }

  @Override
  public Optional<String> header(String name) {
    return head.header(name);
  }

  @Override
  public byte[] body(int bytesMax) {
    return new byte[0];
  }

  @Override
  public String remoteAddress() {
    return connection.getInetAddress().getHostAddress();
  }
}
