package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same targets probed by a real blackbox_exporter and by us: the same series, and the same values where they do not measure time. */
@Tag("peers")
class RealBlackboxTest {
  private static final Path BLACKBOX = Path.of("/usr/bin/prometheus-blackbox-exporter");
  private static final String MODULES = """
      modules:
        http: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}
        insecure: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, tls_config: {insecure_skip_verify: true}}}
        tcp: {prober: tcp, timeout: 5s}
        tls: {prober: tcp, timeout: 5s, tcp: {tls: true, tls_config: {insecure_skip_verify: true}}}
        dns: {prober: dns, timeout: 5s, dns: {query_name: example.test, query_type: A}}
        soa: {prober: dns, timeout: 5s, dns: {query_name: example.test, query_type: SOA}}
        unknown: {prober: dns, timeout: 5s, dns: {query_name: other.test, query_type: A}}
        record: {prober: dns, timeout: 5s, dns: {query_name: example.test, query_type: A, validate_answer_rrs: {fail_if_matches_regexp: ["0.2$"]}}}
        tcp-dns: {prober: dns, timeout: 5s, dns: {query_name: example.test, query_type: MX, transport_protocol: tcp}}
      """;
  /** What the real one says of a chain that it did not check, and of HTTP/2, differs on purpose; durations differ anyway. */
  private static final Set<String> NOT_COMPARED = Set.of("probe_ssl_last_chain_expiry_timestamp_seconds", "probe_http_version");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void findsTheSame() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(BLACKBOX), "prometheus-blackbox-exporter is not installed");
    Files.writeString(folder.resolve("blackbox.yml"), MODULES);
    int port = freePort();
    Process real = new ProcessBuilder(BLACKBOX.toString(), "--config.file=" + folder.resolve("blackbox.yml"), "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true).redirectOutput(folder.resolve("blackbox.log").toFile()).start();
    try (SystemEnvironment system = new SystemEnvironment();
        HttpListener page = listener(system, Optional.empty());
        HttpListener secured = listener(system, Optional.of(certificate()))) {
      awaitStart(system, port);
      ConnectionSettings.Tls trusting = ConnectionSettings.Tls.files(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true);
      compare(system, port, "http", ProbeSettings.of("p", ProbeSettings.Kind.HTTP, "http://127.0.0.1:" + page.port() + "/old"));
      compare(system, port, "http", ProbeSettings.of("p", ProbeSettings.Kind.HTTP, "http://127.0.0.1:" + page.port() + "/missing"));
      compare(system, port, "http", ProbeSettings.of("p", ProbeSettings.Kind.HTTP, "http://127.0.0.1:1/"));
      compare(system, port, "insecure", insecure(ProbeSettings.of("p", ProbeSettings.Kind.HTTP, "https://127.0.0.1:" + secured.port() + "/"), trusting));
      compare(system, port, "tcp", ProbeSettings.of("p", ProbeSettings.Kind.TCP, "127.0.0.1:" + page.port()));
      compare(system, port, "tcp", ProbeSettings.of("p", ProbeSettings.Kind.TCP, "127.0.0.1:1"));
      compare(system, port, "tls", insecure(ProbeSettings.of("p", ProbeSettings.Kind.TLS, "127.0.0.1:" + secured.port()), trusting));
      try (FakeNameServer names = new FakeNameServer()) {
        ProbeSettings.Records any = ProbeSettings.Records.defaults();
        ProbeSettings.Records notTwo = new ProbeSettings.Records(List.of("0.2$"), List.of(), List.of(), List.of());
        compare(system, port, "dns", dns(names, "example.test", ProbeSettings.QueryType.A, ProbeSettings.Transport.UDP, any));
        compare(system, port, "soa", dns(names, "example.test", ProbeSettings.QueryType.SOA, ProbeSettings.Transport.UDP, any));
        compare(system, port, "unknown", dns(names, "other.test", ProbeSettings.QueryType.A, ProbeSettings.Transport.UDP, any));
        compare(system, port, "record", dns(names, "example.test", ProbeSettings.QueryType.A, ProbeSettings.Transport.UDP, notTwo));
        compare(system, port, "tcp-dns", dns(names, "example.test", ProbeSettings.QueryType.MX, ProbeSettings.Transport.TCP, any));
      }
    } finally {
      real.destroy();
      real.waitFor();
      http.close();
    }
  }

  private static ProbeSettings dns(
      FakeNameServer names, String query, ProbeSettings.QueryType type, ProbeSettings.Transport transport, ProbeSettings.Records answer) {
    ProbeSettings s = ProbeSettings.of("p", ProbeSettings.Kind.DNS, transport == ProbeSettings.Transport.TCP ? names.tcp() : names.udp());
    ProbeSettings.Dns usual = ProbeSettings.Dns.defaults();
    return new ProbeSettings(s.name(), s.kind(), s.target(), s.intervalSeconds(), s.timeoutSeconds(), s.connection(), s.method(), s.validStatusCodes(),
        s.failIfBodyMatches(), s.failIfBodyNotMatches(), query, type,
        new ProbeSettings.Dns(transport, true, usual.validCodes(), answer, usual.authority(), usual.additional()), s.ipVersion(), s.labels());
  }

  private static ProbeSettings insecure(ProbeSettings s, ConnectionSettings.Tls tls) {
    return new ProbeSettings(s.name(), s.kind(), s.target(), s.intervalSeconds(), s.timeoutSeconds(), s.connection().withTls(tls), s.method(),
        s.validStatusCodes(), s.failIfBodyMatches(), s.failIfBodyNotMatches(), s.query(), s.queryType(), s.dns(), s.ipVersion(), s.labels());
  }

  private void compare(SystemEnvironment system, int port, String module, ProbeSettings settings) throws Exception {
    Map<String, Double> theirs = theirs(port, module, settings.target());
    Map<String, Double> ours = new TreeMap<>();
    for (Map.Entry<Labels, Double> each : new Probe(settings, system.environment()).run().values().entrySet()) {
      String labels = each.getKey().withoutMetricName().toString().replace(", ", ",");
      ours.put(each.getKey().metricName() + (labels.equals("{}") ? "" : labels), each.getValue());
    }
    ours.keySet().removeIf(name -> name.startsWith("meshwatch_probe_failure_info"));
    assertThat(names(ours)).as(settings.target()).isEqualTo(names(theirs));
    theirs.forEach((series, value) -> {
      boolean measuresTime = series.contains("duration") || series.contains("lookup_time");
      if (!measuresTime && !NOT_COMPARED.contains(series)) {
        assertThat(ours.get(series)).as(settings.target() + " " + series).isEqualTo(value);
      }
    });
  }

  private static Set<String> names(Map<String, Double> series) {
    Set<String> names = new TreeSet<>(series.keySet());
    names.removeAll(NOT_COMPARED);
    return names;
  }

  private Map<String, Double> theirs(int port, String module, String target) throws IOException, InterruptedException {
    String url = "http://127.0.0.1:" + port + "/probe?module=" + module + "&target=" + URLEncoder.encode(target, StandardCharsets.UTF_8);
    Map<String, Double> series = new TreeMap<>();
    // An empty label and none are the same.
    get(url).lines().filter(line -> !line.startsWith("#")).map(line -> line.replace(",subjectalternative=\"\"", "")).forEach(line -> {
      int space = line.lastIndexOf(' ');
      series.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
    });
    return series;
  }

  private String get(String url) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private void awaitStart(SystemEnvironment system, int port) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        get("http://127.0.0.1:" + port + "/");
        return;
      } catch (IOException notYet) {
        assertThat(attempt).as("blackbox_exporter starts: %s", Files.readString(folder.resolve("blackbox.log"))).isLessThan(100);
        system.environment().clock().sleep(100);
      }
    }
  }

  private HttpListener listener(SystemEnvironment system, Optional<ListenerSpec.ServerTls> tls) {
    ListenerSpec spec = new ListenerSpec("target", "127.0.0.1", 0, tls, Optional.empty(), 1 << 10);
    return system.environment().listeners().open(spec, (request, reply) -> {
      switch (request.path()) {
        case "/old" -> reply.status(302).header("Location", "/").send(new byte[0]);
        case "/" -> reply.header("Content-Type", "text/plain").header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT").send("all is well".getBytes(StandardCharsets.UTF_8));
        default -> reply.status(404).send("text/plain", "nothing here");
      }
    });
  }

  private ListenerSpec.ServerTls certificate() throws IOException, InterruptedException {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("certificate.pem");
    Process openssl = new ProcessBuilder("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key.toString(), "-out", certificate.toString(), "-days", "30", "-subj", "/CN=localhost").redirectErrorStream(true).start();
    openssl.getInputStream().readAllBytes();
    Assumptions.assumeTrue(openssl.waitFor() == 0, "openssl cannot make a certificate");
    return new ListenerSpec.ServerTls(certificate, key);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
