package io.meshwatch.exposition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a client that shows an Accept header is answered in.
 *
 * @param format form of the page
 * @param escaping how names outside of the old alphabet are written
 */
public record Negotiation(Format format, NameEscaping escaping) {
  /** So many entries of an Accept header are looked at. */
  private static final int ENTRIES_MAX = 50;

  /** Forms of a page, with the media type that announces them. */
  public enum Format {
    PROTOBUF_DELIMITED("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"),
    PROTOBUF_TEXT("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text"),
    PROTOBUF_COMPACT_TEXT("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=compact-text"),
    OPENMETRICS_0_0_1("application/openmetrics-text; version=0.0.1; charset=utf-8"),
    OPENMETRICS_1_0_0("application/openmetrics-text; version=1.0.0; charset=utf-8"),
    TEXT("text/plain; version=0.0.4; charset=utf-8");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }
  }

  /** An entry of the header. */
  private record Accepted(String type, Map<String, String> parameters, double quality) {}

  /**
   * The first of the offered formats in the order of the client's preference; text if there is none.
   *
   * @param accept the header; may be empty
   * @param offered what can be answered
   * @param usual the escaping if the client names none
   */
  public static Negotiation of(String accept, Set<Format> offered, NameEscaping usual) {
    NameEscaping escaping = usual;
    for (Accepted entry : entries(accept)) {
      escaping = escaping(entry.parameters.getOrDefault("escaping", "")).orElse(escaping);
      Optional<Format> format = format(entry).filter(offered::contains);
      if (format.isPresent()) {
        return new Negotiation(format.get(), escaping);
      }
    }
    return new Negotiation(Format.TEXT, escaping);
  }

  /** The Content-Type of the answer. */
  public String contentType() {
    return format.mediaType + "; escaping=" + escaping.text();
  }

  private static List<Accepted> entries(String accept) {
    List<Accepted> entries = new ArrayList<>();
    for (String part : accept.split(",", ENTRIES_MAX)) {
      String[] words = part.split(";", -1);
      Map<String, String> parameters = new HashMap<>();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        if (equals > 0) {
          parameters.put(words[i].substring(0, equals).strip().toLowerCase(Locale.ROOT), unquoted(words[i].substring(equals + 1).strip()));
        }
      }
      entries.add(new Accepted(words[0].strip().toLowerCase(Locale.ROOT), parameters, quality(parameters.getOrDefault("q", "1"))));
    }
    entries.sort(Comparator.comparingDouble(Accepted::quality).reversed());
    return entries;
  }

  private static String unquoted(String text) {
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"") ? text.substring(1, text.length() - 1) : text;
  }

  private static double quality(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  private static Optional<NameEscaping> escaping(String text) {
    for (NameEscaping each : NameEscaping.values()) {
      if (each.text().equals(text)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static Optional<Format> format(Accepted entry) {
    String version = entry.parameters.getOrDefault("version", "");
    return switch (entry.type) {
      case "application/vnd.google.protobuf" ->
          entry.parameters.getOrDefault("proto", "").equals("io.prometheus.client.MetricFamily")
              ? protobuf(entry.parameters.getOrDefault("encoding", ""))
              : Optional.empty();
      case "application/openmetrics-text" -> switch (version) {
        case "1.0.0" -> Optional.of(Format.OPENMETRICS_1_0_0);
        case "0.0.1", "" -> Optional.of(Format.OPENMETRICS_0_0_1);
        default -> Optional.empty();
      };
      case "text/plain" -> version.isEmpty() || version.equals("0.0.4") ? Optional.of(Format.TEXT) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Format> protobuf(String encoding) {
    return switch (encoding) {
      case "delimited" -> Optional.of(Format.PROTOBUF_DELIMITED);
      case "text" -> Optional.of(Format.PROTOBUF_TEXT);
      case "compact-text" -> Optional.of(Format.PROTOBUF_COMPACT_TEXT);
      default -> Optional.empty();
    };
  }
}
