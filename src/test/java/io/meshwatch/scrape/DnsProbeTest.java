package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.DnsCall;
import io.meshwatch.environment.DnsResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Asks a name server on loopback. */
class DnsProbeTest {
  private static final long TIMEOUT_MILLIS = 5_000;

  private final SystemEnvironment system = new SystemEnvironment();
  private FakeNameServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeNameServer();
  }

  @AfterEach
  void stop() {
    server.close();
    system.close();
  }

  private ProbeSettings settings(String query, ProbeSettings.QueryType type, ProbeSettings.Dns dns) {
    ProbeSettings s = ProbeSettings.of("p", ProbeSettings.Kind.DNS, dns.transport() == ProbeSettings.Transport.TCP ? server.tcp() : server.udp());
    return new ProbeSettings(s.name(), s.kind(), s.target(), s.intervalSeconds(), s.timeoutSeconds(), s.connection(), s.method(),
        s.validStatusCodes(), s.failIfBodyMatches(), s.failIfBodyNotMatches(), query, type, dns, s.ipVersion(), s.labels());
  }

  private ProbeReport run(ProbeSettings settings) {
    ProbeReport report = new ProbeReport();
    new DnsProbe(settings, system.environment()).run(report, TIMEOUT_MILLIS);
    return report;
  }

  private static double value(ProbeReport report, String name) {
    return report.values().getOrDefault(Labels.of("__name__", name), Double.NaN);
  }

  private static ProbeSettings.Dns dns(ProbeSettings.Records answer, ProbeSettings.Records authority, ProbeSettings.Records additional) {
    return new ProbeSettings.Dns(ProbeSettings.Transport.UDP, true, List.of("NOERROR"), answer, authority, additional);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      A    | 10.0.0.1
      AAAA | 2001:db8::1
      NS   | ns.example.test.
      SOA  | ns.example.test. admin.example.test. 2026112201 1 2 3 4
      MX   | 10 mail.example.test.
      TXT  | "v=spf1 " "-all"
      SRV  | 1 2 9100 node.example.test.
      CAA  | 0 issue "ca.test"
      """)
  void readsRecordsAsTheyStandInAZoneFile(String type, String value) {
    DnsResult result = system.environment().network().ask(new DnsCall(server.udp(), "example.test", type, false, true, TIMEOUT_MILLIS));
    assertThat(result.code()).isEqualTo("NOERROR");
    assertThat(result.answer().getFirst()).isEqualTo("example.test.\t60\tIN\t" + type + "\t" + value);
    assertThat(result.authority()).containsExactly("example.test.\t60\tIN\tNS\tns.example.test.");
    assertThat(result.additional()).containsExactly("ns.example.test.\t60\tIN\tA\t10.0.0.53");
  }

  @Test
  void countsTheRecordsOfAllSectionsOverBothTransports() {
    for (ProbeSettings.Transport transport : ProbeSettings.Transport.values()) {
      ProbeSettings.Dns usual = ProbeSettings.Dns.defaults();
      ProbeReport report = run(settings("example.test", ProbeSettings.QueryType.SOA,
          new ProbeSettings.Dns(transport, true, usual.validCodes(), usual.answer(), usual.authority(), usual.additional())));
      assertThat(report.failure()).isEmpty();
      assertThat(value(report, "probe_dns_answer_rrs")).isEqualTo(1);
      assertThat(value(report, "probe_dns_authority_rrs")).isEqualTo(1);
      assertThat(value(report, "probe_dns_additional_rrs")).isEqualTo(1);
      assertThat(value(report, "probe_dns_serial")).isEqualTo(2026112201);
      assertThat(value(report, "probe_dns_query_succeeded")).isEqualTo(1);
      assertThat(value(report, "probe_ip_protocol")).isEqualTo(4);
    }
  }

  @Test
  void saysWhichCodeCameAndWhichWasExpected() {
    ProbeSettings.Dns usual = ProbeSettings.Dns.defaults();
    assertThat(run(settings("other.test", ProbeSettings.QueryType.A, usual)).failure())
        .contains("the answer for other.test is NXDOMAIN, expected NOERROR");
    ProbeSettings.Dns gone = new ProbeSettings.Dns(usual.transport(), true, List.of("NXDOMAIN"), usual.answer(), usual.authority(), usual.additional());
    assertThat(run(settings("other.test", ProbeSettings.QueryType.A, gone)).failure()).isEmpty();
    assertThat(run(settings("example.test", ProbeSettings.QueryType.PTR, usual)).failure()).contains("example.test has no PTR records");
  }

  @Test
  void checksTheRecordsOfEachSection() {
    ProbeSettings.Records any = ProbeSettings.Records.defaults();
    ProbeSettings.Records forbidden = new ProbeSettings.Records(List.of("10\\.0\\.0\\.2$"), List.of(), List.of(), List.of());
    ProbeSettings.Records allForbidden = new ProbeSettings.Records(List.of(), List.of("IN\tA"), List.of(), List.of());
    ProbeSettings.Records eachWanted = new ProbeSettings.Records(List.of(), List.of(), List.of("\t10\\.0\\.0\\.1$"), List.of());
    ProbeSettings.Records someWanted = new ProbeSettings.Records(List.of(), List.of(), List.of(), List.of("\t10\\.0\\.0\\.53$"));
    assertThat(failure(dns(forbidden, any, any))).isEqualTo("the record \"example.test. 60 IN A 10.0.0.2\" in section answer matches 10\\.0\\.0\\.2$");
    assertThat(failure(dns(allForbidden, any, any))).isEqualTo("all records in section answer match IN\tA");
    assertThat(failure(dns(eachWanted, any, any))).startsWith("the record \"example.test. 60 IN A 10.0.0.2\" in section answer does not match");
    assertThat(failure(dns(someWanted, any, any))).startsWith("no record in section answer matches");
    assertThat(failure(dns(any, someWanted, any))).startsWith("no record in section authority matches");
    assertThat(failure(dns(any, any, someWanted))).isEmpty();
  }

  private String failure(ProbeSettings.Dns dns) {
    return run(settings("example.test", ProbeSettings.QueryType.A, dns)).failure().orElse("");
  }

  @Test
  void saysThatNothingAnswers() {
    ProbeSettings settings = settings("example.test", ProbeSettings.QueryType.A, ProbeSettings.Dns.defaults());
    server.close();
    ProbeReport report = run(settings);
    assertThat(report.failure().orElse("")).matches("nothing answers at name server .*|name server .* did not answer within 5000 ms");
    assertThat(value(report, "probe_dns_query_succeeded")).isZero();
  }
}
