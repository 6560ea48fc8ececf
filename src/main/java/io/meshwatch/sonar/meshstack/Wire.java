package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.TlsTrust;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Sends a run's requests: within limits, under Sonar's own name, each one written down. Turns "no answer" and "too late" into
 * findings; what an answer means is for others to say. Confined to one run.
 */
public final class Wire {
  /** A listing of a thousand objects has about one megabyte. */
  private static final long BODY_BYTES_MAX = 8L << 20;
  /** Exchanges that one step keeps; of a long wait, the first and the last ones. */
  private static final int EXCHANGES_MAX = 60;
  private static final int BODY_KEPT_CHARACTERS_MAX = 64 << 10;

  private final Network network;
  private final Clock clock;
  private final TlsTrust trust;
  private final TimeoutSettings timeouts;
  private final ExchangeGate gate;
  private final String userAgent;

  private final List<Exchange> exchanges = new ArrayList<>();
  private long stepEndsNanos;
  private long waitedNanos;
  private Optional<Long> earliestCertificateExpiryMillis = Optional.empty();

  public Wire(Network network, Clock clock, TlsTrust trust, TimeoutSettings timeouts, ExchangeGate gate, String version) {
    this.network = network;
    this.clock = clock;
    this.trust = trust;
    this.timeouts = timeouts;
    this.gate = gate;
    this.userAgent = "meshwatch-sonar/" + version;
    this.stepEndsNanos = clock.monotonicNanos() + nanos(timeouts.stepSeconds());
  }

  /** Begins a step: its requests are collected anew, and its time starts. */
  public void beginStep(double secondsMax) {
    exchanges.clear();
    waitedNanos = 0;
    stepEndsNanos = clock.monotonicNanos() + nanos(secondsMax);
  }

  /** The requests of this step so far. */
  public List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  /** Time this step spent waiting for its turn: Sonar's own, not meshStack's. */
  public long waitedNanos() {
    return waitedNanos;
  }

  /** The first end of a certificate that was seen in this run. */
  public Optional<Long> earliestCertificateExpiryMillis() {
    return earliestCertificateExpiryMillis;
  }

  Clock clock() {
    return clock;
  }

  HttpCall get(URI uri) {
    return HttpCall.get(uri, trust);
  }

  HttpCall call(String method, URI uri, String body) {
    return new HttpCall(
        method, uri, List.of(), body.getBytes(StandardCharsets.UTF_8), Optional.empty(), trust, 0, BODY_BYTES_MAX, false);
  }

  /** Sends one request and returns the answer, whatever its status. */
  public HttpResult.Answer send(HttpCall call) throws StepFailedException, InterruptedException {
    long exchangeNanos = nanos(timeouts.exchangeSeconds());
    waitedNanos += gate.enter();
    HttpResult result;
    long startedMillis = clock.wallMillis();
    HttpCall limited;
    try {
      long leftNanos = Math.min(exchangeNanos, stepEndsNanos + waitedNanos - clock.monotonicNanos());
      if (leftNanos < 1_000_000) {
        throw new StepFailedException(Finding.of(FailureClass.SLOW, "the step to end within its time",
            "no time left for " + call.method() + " " + call.uri().getHost() + call.uri().getPath(), "See which request of the step took the time."));
      }
      limited = call.header("User-Agent", userAgent).withLimits(leftNanos / 1_000_000, BODY_BYTES_MAX).withRedirects(false);
      result = network.exchange(limited);
    } finally {
      gate.leave();
    }
    keep(record(startedMillis, limited, result));
    return switch (result) {
      case HttpResult.Failure failure -> throw new StepFailedException(Failures.ofNoAnswer(limited.uri(), failure));
      case HttpResult.Answer answer -> inTime(limited.uri(), answer);
    };
  }

  private HttpResult.Answer inTime(URI uri, HttpResult.Answer answer) throws StepFailedException {
    answer.certificateExpiryMillis().ifPresent(
        expiry -> earliestCertificateExpiryMillis = Optional.of(Math.min(expiry, earliestCertificateExpiryMillis.orElse(expiry))));
    HttpResult.Phases phases = answer.phases();
    checkPhase(uri, "resolving the host name", phases.resolveNanos(), timeouts.resolveSeconds());
    checkPhase(uri, "connecting", phases.connectNanos(), timeouts.connectSeconds());
    checkPhase(uri, "agreeing on encryption", phases.tlsNanos(), timeouts.tlsSeconds());
    checkPhase(uri, "the first byte", phases.firstByteNanos(), timeouts.firstByteSeconds());
    checkPhase(uri, "reading the answer", phases.bodyNanos(), timeouts.bodySeconds());
    return answer;
  }

  private static void checkPhase(URI uri, String phase, long nanos, double secondsMax) throws StepFailedException {
    if (nanos > nanos(secondsMax)) {
      throw new StepFailedException(Finding.of(FailureClass.SLOW,
          phase + " at " + uri.getHost() + " within " + seconds(nanos(secondsMax)), seconds(nanos),
          "Look at the load of " + uri.getHost() + " and of what stands before it."));
    }
  }

  private void keep(Exchange exchange) {
    if (exchanges.size() == EXCHANGES_MAX) {
      exchanges.remove(EXCHANGES_MAX / 2);
    }
    exchanges.add(exchange);
  }

  private static Exchange record(long startedMillis, HttpCall call, HttpResult result) {
    String requestBody = new String(call.body(), StandardCharsets.UTF_8);
    return switch (result) {
      case HttpResult.Failure failure -> new Exchange(startedMillis, call.method(), call.uri().toString(), call.headers(), requestBody, 0,
          List.of(), "", failure.message(), failure.phases(), Optional.empty());
      case HttpResult.Answer answer -> new Exchange(startedMillis, call.method(), call.uri().toString(), call.headers(), requestBody,
          answer.status(), answer.headers(), beginning(answer), "", answer.phases(), answer.certificateExpiryMillis());
    };
  }

  private static String beginning(HttpResult.Answer answer) {
    return new String(answer.body(), 0, Math.min(answer.bodyLength(), BODY_KEPT_CHARACTERS_MAX), StandardCharsets.UTF_8);
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  /** "0.25 s": for findings. */
  static String seconds(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000_000L ? "%.2f s" : "%.0f s", nanos / 1e9);
  }
}
