package io.meshwatch.scrape;

import com.google.re2j.Pattern;
import io.meshwatch.environment.DnsCall;
import io.meshwatch.environment.DnsResult;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpResult;
import java.util.List;
import java.util.Locale;

/** Asks a name server once and judges its answer. Immutable. */
final class DnsProbe {
  private static final String DURATION = "probe_dns_duration_seconds";

  private final ProbeSettings settings;
  private final Environment environment;
  private final Section answer;
  private final Section authority;
  private final Section additional;

  DnsProbe(ProbeSettings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.answer = new Section("answer", settings.dns().answer());
    this.authority = new Section("authority", settings.dns().authority());
    this.additional = new Section("additional", settings.dns().additional());
  }

  void run(ProbeReport report, long timeoutMillis) {
    ProbeSettings.Dns dns = settings.dns();
    DnsResult result = environment.network().ask(new DnsCall(settings.target(), settings.query(), settings.queryType().name(),
        dns.transport() == ProbeSettings.Transport.TCP, dns.recursion(), timeoutMillis));
    HttpResult.Phases phases = result.phases();
    report.set("probe_dns_lookup_time_seconds", phases.resolveNanos() / 1e9);
    report.set(DURATION, "phase", "resolve", phases.resolveNanos() / 1e9);
    report.set(DURATION, "phase", "connect", phases.connectNanos() / 1e9);
    report.set(DURATION, "phase", "request", (phases.sendNanos() + phases.firstByteNanos() + phases.bodyNanos()) / 1e9);
    report.address(result.address());
    report.set("probe_dns_query_succeeded", result.failure().isEmpty() ? 1 : 0);
    report.set("probe_dns_answer_rrs", result.answer().size());
    report.set("probe_dns_authority_rrs", result.authority().size());
    report.set("probe_dns_additional_rrs", result.additional().size());
    if (settings.queryType() == ProbeSettings.QueryType.SOA) {
      report.set("probe_dns_serial", (double) result.serial().orElse(0));
    }
    result.failure().ifPresentOrElse(
        failure -> report.fail(failure.phase().name().toLowerCase(Locale.ROOT), failure.message()), () -> judge(report, result));
  }

  private void judge(ProbeReport report, DnsResult result) {
    List<String> codes = settings.dns().validCodes();
    if (!codes.contains(result.code())) {
      report.fail("code", "the answer for " + settings.query() + " is " + result.code() + ", expected " + String.join(" or ", codes));
      return;
    }
    boolean wanted = result.code().equals("NOERROR") && answer.rules.isEmpty() && authority.rules.isEmpty() && additional.rules.isEmpty();
    if (wanted && result.answer().isEmpty()) {
      report.fail("answer", settings.query() + " has no " + settings.queryType() + " records");
    }
    answer.judge(report, result.answer());
    authority.judge(report, result.authority());
    additional.judge(report, result.additional());
  }

  /** One section of an answer, with what is expected of it. */
  private static final class Section {
    private final String name;
    private final ProbeSettings.Records rules;
    private final List<Pattern> anyForbidden;
    private final List<Pattern> allForbidden;
    private final List<Pattern> eachWanted;
    private final List<Pattern> someWanted;

    Section(String name, ProbeSettings.Records rules) {
      this.name = name;
      this.rules = rules;
      anyForbidden = compiled(rules.failIfMatches());
      allForbidden = compiled(rules.failIfAllMatch());
      eachWanted = compiled(rules.failIfNotMatches());
      someWanted = compiled(rules.failIfNoneMatches());
    }

    private static List<Pattern> compiled(List<String> patterns) {
      return patterns.stream().map(Pattern::compile).toList();
    }

    void judge(ProbeReport report, List<String> records) {
      if (records.isEmpty() && !(eachWanted.isEmpty() && someWanted.isEmpty())) {
        report.fail(name, "there are no records in section " + name + " that could match");
      }
      for (String record : records) {
        anyForbidden.stream().filter(p -> found(p, record)).findFirst().ifPresent(p -> fail(report, record, "matches " + p.pattern()));
        eachWanted.stream().filter(p -> !found(p, record)).findFirst().ifPresent(p -> fail(report, record, "does not match " + p.pattern()));
      }
      if (!allForbidden.isEmpty() && !records.isEmpty() && records.stream().allMatch(r -> allForbidden.stream().allMatch(p -> found(p, r)))) {
        report.fail(name, "all records in section " + name + " match " + patterns(allForbidden));
      }
      if (!someWanted.isEmpty() && records.stream().noneMatch(r -> someWanted.stream().anyMatch(p -> found(p, r)))) {
        report.fail(name, "no record in section " + name + " matches " + patterns(someWanted));
      }
    }

    private static boolean found(Pattern pattern, String record) {
      return pattern.matcher(record).find();
    }

    private static String patterns(List<Pattern> patterns) {
      return String.join(" or ", patterns.stream().map(Pattern::pattern).toList());
    }

    private void fail(ProbeReport report, String record, String reason) {
      report.fail(name, "the record \"" + record.replace('\t', ' ') + "\" in section " + name + " " + reason);
    }
  }
}
