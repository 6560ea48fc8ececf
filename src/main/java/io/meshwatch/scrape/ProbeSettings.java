package io.meshwatch.scrape;

import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Something to knock at from outside, as blackbox_exporter does.
 *
 * @param name unique; the {@code job} label
 * @param kind what is tried
 * @param target a URL for HTTP, {@code HOST:PORT} for TCP and TLS, the name server (empty = the system's) for DNS; the {@code instance} label
 * @param intervalSeconds time between two tries; empty = as scrapes
 * @param timeoutSeconds most time one try may take
 * @param connection credentials, headers and certificates
 * @param method of the HTTP request
 * @param validStatusCodes answers that are good; empty = 200 to 299
 * @param failIfBodyMatches regular expressions, none of which may be found in the body
 * @param failIfBodyNotMatches regular expressions, all of which must be found in the body
 * @param query name to ask a name server for
 * @param queryType kind of record to ask for
 * @param dns how a name server is asked, and what is expected of its answer
 * @param ipVersion 4 or 6; 0 = whichever the name service gives first
 * @param labels further labels
 */
public record ProbeSettings(
    String name,
    Kind kind,
    String target,
    Optional<Double> intervalSeconds,
    double timeoutSeconds,
    ConnectionSettings connection,
    String method,
    List<Long> validStatusCodes,
    List<String> failIfBodyMatches,
    List<String> failIfBodyNotMatches,
    String query,
    QueryType queryType,
    Dns dns,
    long ipVersion,
    List<TextEntry> labels) {
  /** What a probe tries. */
  public enum Kind {
    /** A request is answered as expected; over HTTPS also the certificate is looked at. */
    HTTP,
    /** A connection can be opened. */
    TCP,
    /** A TLS handshake succeeds. */
    TLS,
    /** A name server answers with records. */
    DNS
  }

  /** Kinds of DNS records that can be asked for. */
  public enum QueryType {
    A,
    AAAA,
    ANY,
    CAA,
    CNAME,
    MX,
    NS,
    PTR,
    SOA,
    SRV,
    TXT
  }

  /** How a name server is asked. */
  public enum Transport {
    UDP,
    TCP
  }

  /**
   * How a name server is asked, and what is expected of its answer.
   *
   * @param transport UDP or TCP
   * @param recursion whether the server may ask others
   * @param validCodes answers that are good
   * @param answer what is expected of the records that answer the question; without any expectation at least one
   * @param authority what is expected of the records about who is responsible
   * @param additional what is expected of the other records
   */
  public record Dns(Transport transport, boolean recursion, List<String> validCodes, Records answer, Records authority, Records additional) {
    public static Dns defaults() {
      return new Dns(Transport.UDP, true, List.of("NOERROR"), Records.defaults(), Records.defaults(), Records.defaults());
    }
  }

  /**
   * Regular expressions for the records of one section, each record as in a zone file: {@code example.com.\t60\tIN\tA\t10.0.0.1}.
   *
   * @param failIfMatches none of them may match any record
   * @param failIfAllMatch not all records may match
   * @param failIfNotMatches all of them must match every record
   * @param failIfNoneMatches at least one record must match
   */
  public record Records(List<String> failIfMatches, List<String> failIfAllMatch, List<String> failIfNotMatches, List<String> failIfNoneMatches) {
    public static Records defaults() {
      return new Records(List.of(), List.of(), List.of(), List.of());
    }

    boolean isEmpty() {
      return equals(defaults());
    }

    private List<String> patterns() {
      return Stream.of(failIfMatches, failIfAllMatch, failIfNotMatches, failIfNoneMatches).flatMap(List::stream).toList();
    }
  }

  public static ProbeSettings defaults() {
    return new ProbeSettings("", Kind.HTTP, "", Optional.empty(), 5, ConnectionSettings.defaults(), "GET", List.of(), List.of(), List.of(), "",
        QueryType.A, Dns.defaults(), 0, List.of());
  }

  /** A probe with defaults for everything else. */
  public static ProbeSettings of(String name, Kind kind, String target) {
    ProbeSettings d = defaults();
    return new ProbeSettings(name, kind, target, d.intervalSeconds, d.timeoutSeconds, d.connection, d.method, d.validStatusCodes,
        d.failIfBodyMatches, d.failIfBodyNotMatches, d.query, d.queryType, d.dns, d.ipVersion, d.labels);
  }

  /** Mistakes the types cannot express; each message begins with the path of the field. */
  public static List<Problem> check(List<ProbeSettings> probes) {
    List<Problem> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < probes.size(); i++) {
      ProbeSettings probe = probes.get(i);
      String path = "probes[" + i + "].";
      probe.check(path, problems);
      if (!names.add(probe.name + " " + probe.target)) {
        problems.add(Problem.error("", 0, 0, path + "name: there are two probes named " + probe.name + " of " + probe.target));
      }
    }
    return problems;
  }

  private void check(String path, List<Problem> problems) {
    if (name.isEmpty()) {
      problems.add(Problem.error("", 0, 0, path + "name: expected a name, got an empty text"));
    }
    if (timeoutSeconds <= 0 || intervalSeconds.filter(interval -> interval < timeoutSeconds).isPresent()) {
      problems.add(Problem.error("", 0, 0, path + "timeoutSeconds: expected more than 0 and at most intervalSeconds, got " + timeoutSeconds));
    }
    switch (kind) {
      case HTTP -> {
        if (!target.matches("https?://[^\\s/]+.*") || !isUri(target)) {
          problems.add(Problem.error("", 0, 0, path + "target: expected a URL that begins with http:// or https://, got " + Names.quote(target)));
        }
      }
      case TCP, TLS -> {
        if (!target.matches("(\\[[0-9a-fA-F:]+]|[^:\\s]+):\\d{1,5}")) {
          problems.add(Problem.error("", 0, 0, path + "target: expected HOST:PORT, got " + Names.quote(target)));
        }
      }
      case DNS -> {
        if (query.isEmpty()) {
          problems.add(Problem.error("", 0, 0, path + "query: expected the name to ask for, got an empty text"));
        }
        if (!target.matches("|(\\[[0-9a-fA-F:]+]|[^:\\s]+)(:\\d{1,5})?|[0-9a-fA-F:]+")) {
          problems.add(Problem.error("", 0, 0, path + "target: expected a name server as HOST or HOST:PORT, got " + Names.quote(target)));
        }
      }
    }
    List<String> patterns = new ArrayList<>(failIfBodyMatches);
    patterns.addAll(failIfBodyNotMatches);
    Stream.of(dns.answer, dns.authority, dns.additional).forEach(section -> patterns.addAll(section.patterns()));
    for (String pattern : patterns) {
      try {
        AnchoredPattern.compile(pattern);
      } catch (IllegalArgumentException e) {
        problems.add(Problem.error("", 0, 0, path + "pattern " + Names.quote(pattern) + ": " + e.getMessage()));
      }
    }
  }

  private static boolean isUri(String text) {
    try {
      return URI.create(text).getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
