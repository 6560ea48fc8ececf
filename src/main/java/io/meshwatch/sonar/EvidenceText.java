package io.meshwatch.sonar;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.sonar.meshstack.Exchange;
import io.meshwatch.sonar.meshstack.Finding;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Evidence in plain text, for terminals and mails: enough to understand a failure without opening a page. */
public final class EvidenceText {
  private static final int NAME_WIDTH = 12;
  /** Headers that tell browsers what they may do: never why something failed. The record of the run has them. */
  private static final Set<String> SILENT_HEADERS = Set.of(
      "x-content-type-options", "x-xss-protection", "x-frame-options", "strict-transport-security", "content-security-policy", "referrer-policy",
      "permissions-policy", "cache-control", "pragma", "expires", "vary");

  private EvidenceText() {}

  /** One fact per line, the most telling first; the answer's body comes last. */
  public static List<String> lines(Evidence evidence) {
    Finding finding = evidence.finding();
    List<String> lines = new ArrayList<>();
    lines.add(fact("step", evidence.step() + " (" + finding.failureClass().label() + ")"));
    lines.add(fact("expected", finding.expected()));
    lines.add(fact("got", finding.got()));
    addUnlessEmpty(lines, "advice", finding.advice());
    if (!finding.errorCode().isEmpty()) {
      lines.add(fact("error", finding.errorCode() + (finding.errorId().isEmpty() ? "" : ", id " + finding.errorId())));
    }
    finding.remarks().forEach(remark -> lines.add(fact("remark", remark)));
    lines.addAll(circumstances(evidence));
    return lines;
  }

  /** Since when it fails, and the request with its answer: what does not fit into a sentence. */
  public static List<String> circumstances(Evidence evidence) {
    List<String> lines = new ArrayList<>();
    if (evidence.firstFailureMillis() > 0) {
      lines.add(fact("fails since", moment(evidence.firstFailureMillis())));
    }
    lines.add(fact("last good", evidence.lastGoodMillis().map(EvidenceText::moment).orElse("none known")
        + (evidence.lastGoodRun().isEmpty() ? "" : ", run " + evidence.lastGoodRun())));
    addUnlessEmpty(lines, "again", evidence.run().isEmpty() ? "" : "meshwatch sonar replay " + evidence.run());
    evidence.exchange().ifPresent(exchange -> addExchange(lines, exchange));
    return lines;
  }

  private static void addExchange(List<String> lines, Exchange exchange) {
    lines.add(fact("request", exchange.method() + " " + exchange.url()));
    addHeaders(lines, exchange.requestHeaders());
    lines.add(fact("answer", exchange.status() == 0 ? exchange.failure() : "status " + exchange.status()));
    addHeaders(lines, exchange.responseHeaders());
    lines.add(fact("times", phases(exchange.phases())));
    addUnlessEmpty(lines, "body", exchange.responseBody().strip());
  }

  private static void addHeaders(List<String> lines, List<HttpCall.Header> headers) {
    headers.stream()
        .filter(header -> !SILENT_HEADERS.contains(header.name().toLowerCase(Locale.ROOT)))
        .forEach(header -> lines.add(fact("", header.name() + ": " + header.value())));
  }

  private static void addUnlessEmpty(List<String> lines, String name, String text) {
    if (!text.isEmpty()) {
      lines.add(fact(name, text));
    }
  }

  private static String fact(String name, String text) {
    return String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s%s", name, text);
  }

  /** Where a request spent its time. */
  public static String phases(HttpResult.Phases phases) {
    return "resolve " + millis(phases.resolveNanos()) + ", connect " + millis(phases.connectNanos()) + ", TLS " + millis(phases.tlsNanos())
        + ", send " + millis(phases.sendNanos()) + ", first byte " + millis(phases.firstByteNanos()) + ", body " + millis(phases.bodyNanos());
  }

  /** A duration for people: {@code 12.3 ms}, {@code 4.21 s}. */
  public static String millis(long nanos) {
    return nanos < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6) : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  /** A moment for people, in UTC, to the second. */
  public static String moment(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
