package io.meshwatch.scrape;

import com.google.re2j.Pattern;
import io.meshwatch.environment.ConnectCall;
import io.meshwatch.environment.ConnectResult;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.TlsTrust;
import java.net.URI;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tries one target once. Immutable. */
final class Probe {
  private static final int REDIRECTS_MAX = 10;
  private static final long BODY_BYTES_MAX = 10L << 20;
  private static final List<Integer> REDIRECTS = List.of(301, 302, 303, 307, 308);
  private static final String HTTP_DURATION = "probe_http_duration_seconds";
  private static final List<String> HTTP_PHASES = List.of("resolve", "connect", "tls", "processing", "transfer");

  private final ProbeSettings settings;
  private final Environment environment;
  private final Credentials credentials;
  private final List<Pattern> forbidden;
  private final List<Pattern> wanted;

  Probe(ProbeSettings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.credentials = new Credentials(settings.connection(), environment);
    this.forbidden = settings.failIfBodyMatches().stream().map(Pattern::compile).toList();
    this.wanted = settings.failIfBodyNotMatches().stream().map(Pattern::compile).toList();
  }

  ProbeReport run() throws InterruptedException {
    long began = environment.clock().monotonicNanos();
    ProbeReport report = new ProbeReport();
    switch (settings.kind()) {
      case HTTP -> http(report);
      case TCP -> socket(report, Optional.empty());
      case TLS -> socket(report, Optional.of(credentials.trust()));
      case DNS -> new DnsProbe(settings, environment).run(report, timeoutMillis());
    }
    report.set("probe_success", report.failed() ? 0 : 1);
    report.set("probe_duration_seconds", (environment.clock().monotonicNanos() - began) / 1e9);
    return report;
  }

  private long timeoutMillis() {
    return Math.round(settings.timeoutSeconds() * 1000);
  }

  private void socket(ProbeReport report, Optional<TlsTrust> tls) throws InterruptedException {
    int colon = settings.target().lastIndexOf(':');
    String host = settings.target().substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(settings.target().substring(colon + 1));
    report.set("probe_failed_due_to_regex", 0);
    connect(report, host, port, tls, timeoutMillis());
  }

  private ConnectResult connect(ProbeReport report, String host, int port, Optional<TlsTrust> tls, long timeoutMillis) throws InterruptedException {
    ConnectResult result = environment.network().connect(new ConnectCall(host, port, tls, (int) settings.ipVersion(), timeoutMillis));
    report.set("probe_dns_lookup_time_seconds", result.phases().resolveNanos() / 1e9);
    report.address(result.address());
    result.tls().ifPresent(report::tls);
    result.failure().ifPresent(failure -> report.fail(phase(failure.phase()), failure.message()));
    return result;
  }

  private static String phase(HttpResult.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  /** Redirects are followed here, because each hop's times count; every request has a connection of its own, as a new visitor has. */
  private void http(ProbeReport report) throws InterruptedException {
    HTTP_PHASES.forEach(phase -> report.set(HTTP_DURATION, "phase", phase, 0));
    report.set("probe_failed_due_to_regex", 0);
    HttpCall call;
    try {
      call = credentials.get(URI.create(settings.target()), List.of(new HttpCall.Header("User-Agent", "meshwatch"), new HttpCall.Header("Connection", "close")),
          timeoutMillis(), BODY_BYTES_MAX);
    } catch (ScrapeFailure e) {
      report.fail("credentials", e.outcome().reason());
      return;
    }
    call = call.with(settings.method(), call.body()).withRedirects(false);
    long deadlineNanos = environment.clock().monotonicNanos() + timeoutMillis() * 1_000_000;
    for (int redirects = 0; ; redirects++) {
      long leftMillis = Math.max(1, (deadlineNanos - environment.clock().monotonicNanos()) / 1_000_000);
      HttpResult result = environment.network().exchange(call.withLimits(leftMillis, BODY_BYTES_MAX));
      addPhases(report, result.phases());
      Optional<String> location = location(result);
      if (location.isPresent() && redirects < REDIRECTS_MAX) {
        call = call.redirectedTo(location.get(), ((HttpResult.Answer) result).status());
        continue;
      }
      report.set("probe_http_redirects", redirects);
      finish(report, call, result, deadlineNanos);
      return;
    }
  }

  private Optional<String> location(HttpResult result) {
    return settings.connection().followRedirects() && result instanceof HttpResult.Answer answer && REDIRECTS.contains(answer.status())
        ? answer.header("Location")
        : Optional.empty();
  }

  private static void addPhases(ProbeReport report, HttpResult.Phases phases) {
    report.add(HTTP_DURATION, "phase", "resolve", phases.resolveNanos() / 1e9);
    report.add(HTTP_DURATION, "phase", "connect", phases.connectNanos() / 1e9);
    report.add(HTTP_DURATION, "phase", "tls", phases.tlsNanos() / 1e9);
    report.add(HTTP_DURATION, "phase", "processing", (phases.sendNanos() + phases.firstByteNanos()) / 1e9);
    report.add(HTTP_DURATION, "phase", "transfer", phases.bodyNanos() / 1e9);
  }

  private void finish(ProbeReport report, HttpCall call, HttpResult result, long deadlineNanos) throws InterruptedException {
    boolean secured = call.uri().getScheme().equalsIgnoreCase("https");
    switch (result) {
      case HttpResult.Failure failure -> {
        report.fail(phase(failure.phase()), failure.message());
        List.of("probe_http_status_code", "probe_http_content_length", "probe_http_uncompressed_body_length", "probe_http_ssl", "probe_http_version")
            .forEach(name -> report.set(name, 0));
      }
      case HttpResult.Answer answer -> {
        report.set("probe_http_status_code", answer.status());
        report.set("probe_http_content_length", answer.header("Content-Length").map(Double::valueOf).orElse(-1.0));
        report.set("probe_http_uncompressed_body_length", answer.bodyLength());
        report.set("probe_http_ssl", secured ? 1 : 0);
        report.set("probe_http_version", 1.1);
        lastModified(report, answer);
        judge(report, answer);
      }
    }
    inspect(report, call, secured, deadlineNanos);
  }

  /** Address and certificate of where the last request went; HTTP itself does not show them. */
  private void inspect(ProbeReport report, HttpCall call, boolean secured, long deadlineNanos) throws InterruptedException {
    int usualPort = secured ? 443 : 80;
    int port = call.uri().getPort() >= 0 ? call.uri().getPort() : usualPort;
    long leftMillis = (deadlineNanos - environment.clock().monotonicNanos()) / 1_000_000;
    if (leftMillis > 0) {
      connect(report, call.uri().getHost().replaceAll("[\\[\\]]", ""), port, secured ? Optional.of(call.trust()) : Optional.empty(), leftMillis);
    }
  }

  private static void lastModified(ProbeReport report, HttpResult.Answer answer) {
    answer.header("Last-Modified").ifPresent(text -> {
      try {
        double seconds = (double) ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond();
        report.set("probe_http_last_modified_timestamp_seconds", seconds);
      } catch (DateTimeException e) {
        report.set("probe_http_last_modified_timestamp_seconds", 0);
      }
    });
  }

  private void judge(ProbeReport report, HttpResult.Answer answer) {
    boolean good = settings.validStatusCodes().isEmpty()
        ? answer.status() / 100 == 2
        : settings.validStatusCodes().contains((long) answer.status());
    if (!good) {
      report.fail("status", "the answer has status " + answer.status());
    }
    if (forbidden.isEmpty() && wanted.isEmpty()) {
      return;
    }
    String body = answer.text();
    for (Pattern pattern : forbidden) {
      if (pattern.matcher(body).find()) {
        report.set("probe_failed_due_to_regex", 1);
        report.fail("body", "the body matches " + pattern.pattern());
      }
    }
    for (Pattern pattern : wanted) {
      if (!pattern.matcher(body).find()) {
        report.set("probe_failed_due_to_regex", 1);
        report.fail("body", "the body does not match " + pattern.pattern());
      }
    }
  }
}
