package io.meshwatch.scrape;

import io.meshwatch.model.Names;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The grouping key in a path such as {@code /metrics/job/backup/database/users}. A name that ends in {@code @base64} has its value in
 * URL-safe base64, which may be empty only as {@code =}.
 *
 * @see <a href="https://github.com/prometheus/pushgateway#url">Pushgateway, URL</a>
 */
final class PushPath {
  private static final String BASE_64 = "@base64";

  private PushPath() {}

  /**
   * Reads the segments behind {@code /metrics/}: {@code job}, its value, and pairs of names and values.
   *
   * @throws PushGateway.PushException if they are no grouping key
   */
  static SortedMap<String, String> key(List<String> segments) {
    SortedMap<String, String> key = new TreeMap<>();
    if (segments.size() % 2 != 0) {
      throw new PushGateway.PushException(
          "odd number of components in label string " + Names.quote("/" + String.join("/", segments.subList(Math.min(2, segments.size()), segments.size()))));
    }
    for (int i = segments.size() - 2; i >= 0; i -= 2) {
      String written = segments.get(i);
      boolean encoded = written.endsWith(BASE_64);
      String name = encoded ? written.substring(0, written.length() - BASE_64.length()) : written;
      if (!Names.isLegacyLabelName(name) || name.startsWith("__")) {
        throw new PushGateway.PushException("improper label name " + Names.quote(name));
      }
      String value = encoded ? decoded(name, segments.get(i + 1)) : segments.get(i + 1);
      if (i == 0) {
        key.put(name, value);
      } else {
        key.putIfAbsent(name, value);
      }
    }
    if (key.getOrDefault("job", "").isEmpty()) {
      throw new PushGateway.PushException("job name is required");
    }
    return key;
  }

  private static String decoded(String name, String value) {
    try {
      String unpadded = value.replaceAll("=+$", "");
      return new String(Base64.getUrlDecoder().decode(unpadded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new PushGateway.PushException("invalid base64 encoding for label " + name + "=" + Names.quote(value) + ": " + e.getMessage());
    }
  }
}
