package io.meshwatch.sonar;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.StepRun.Outcome;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.Exchange;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import io.meshwatch.sonar.meshstack.MeshStackSession;
import io.meshwatch.sonar.meshstack.Redactor;
import io.meshwatch.sonar.meshstack.StepFailedException;
import io.meshwatch.sonar.meshstack.Wire;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs journeys. A run is a function of the journey and of what meshStack answers; it leaves nothing behind but its record, which
 * is redacted before anybody else sees it. Safe for all threads.
 */
public final class JourneyRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JourneyRunner.class);
  private static final int EVIDENCE_EXCHANGES_MAX = 10;

  private final Environment environment;
  private final ApiMemory memory;
  private final ExchangeGate gate;
  private final String version;

  public JourneyRunner(Environment environment, ApiMemory memory, ExchangeGate gate) {
    this.environment = environment;
    this.memory = memory;
    this.gate = gate;
    this.version = Optional.ofNullable(JourneyRunner.class.getPackage().getImplementationVersion()).orElse("dev");
  }

  /** Which version of meshwatch introduces itself to meshStack. */
  public String version() {
    return version;
  }

  /**
   * Runs a journey once.
   *
   * @param heartbeat called whenever the run gets on, at least with every request of a long wait
   */
  public SonarRun run(Journey journey, Trigger trigger, long dueMillis, Runnable heartbeat) throws InterruptedException {
    Redactor redactor = new Redactor();
    return new Run(journey, trigger, dueMillis, heartbeat, redactor).toVerdict();
  }

  /** A new session for a journey's account, for checks step by step. */
  MeshStackSession session(Journey journey, Redactor redactor) {
    return new MeshStackSession(wire(journey), journey.account(), memory, redactor);
  }

  private Wire wire(Journey journey) {
    TlsTrust trust = journey.caFile().map(file -> TlsTrust.ca(Path.of(file))).orElse(TlsTrust.PUBLIC);
    return new Wire(environment.network(), environment.clock(), trust, journey.timeouts(), gate, version);
  }

  /** One run in the making. */
  private final class Run {
    private final Journey journey;
    private final Trigger trigger;
    private final long dueMillis;
    private final Runnable heartbeat;
    private final Redactor redactor;
    private final Wire wire;
    private final MeshStackSession session;
    private final Clock clock = environment.clock();
    private final long startedMillis = clock.wallMillis();
    private final long startedNanos = clock.monotonicNanos();
    private final List<StepRun> steps = new ArrayList<>();
    private final String id;
    private Visit visit;
    private int leftovers;

    Run(Journey journey, Trigger trigger, long dueMillis, Runnable heartbeat, Redactor redactor) {
      this.journey = journey;
      this.trigger = trigger;
      this.dueMillis = dueMillis;
      this.heartbeat = heartbeat;
      this.redactor = redactor;
      this.wire = wire(journey);
      this.session = new MeshStackSession(wire, journey.account(), memory, redactor);
      this.id = Long.toString(startedMillis, 36) + "-" + Long.toHexString(journey.target().labels().fingerprint() & 0xFFFF_FFFFL);
      this.visit = new Visit(journey, id, session, clock, heartbeat);
      journey.steps().forEach(step -> learnSecrets(step, redactor));
    }

    SonarRun toVerdict() throws InterruptedException {
      Optional<String> missing = journey.caFile().filter(file -> !environment.disk().exists(Path.of(file)));
      if (missing.isPresent()) {
        return finished(new Verdict.Inconclusive("caFile " + missing.get() + " is missing"));
      }
      Verdict verdict = attempt(1);
      int attempt = 1;
      while (verdict instanceof Verdict.Failed && attempt <= journey.retries()) {
        attempt++;
        verdict = attempt(attempt);
      }
      return finished(verdict);
    }

    /** All steps once. A bug of ours ends the run, not Sonar, and is not meshStack's fault. */
    private Verdict attempt(int number) throws InterruptedException {
      visit = new Visit(journey, id, session, clock, heartbeat);
      try {
        Verdict verdict = attemptSteps(number);
        leftovers += visit.leftovers();
        return verdict;
      } catch (RuntimeException bug) {
        LOG.error("the run of {} hit a bug of meshwatch: {}", journey.target().name(), redactor.text(trace(bug)));
        return new Verdict.Inconclusive("a bug of meshwatch: " + redactor.text(bug.getClass().getSimpleName()));
      }
    }

    private Verdict attemptSteps(int number) throws InterruptedException {
      Optional<Evidence> evidence = Optional.empty();
      String note = "";
      for (Step step : journey.steps()) {
        if (evidence.isPresent() && !visit.mustFollow(step)) {
          steps.add(new StepRun(step.name(), number, Outcome.SKIPPED, clock.wallMillis(), 0, "", List.of()));
          continue;
        }
        Optional<Evidence> failed = perform(step, number);
        evidence = evidence.isPresent() ? evidence : failed;
        note = step instanceof Step.FollowReplication && failed.isEmpty() ? steps.getLast().note() : note;
      }
      evidence = evidence.isPresent() ? evidence : tooSlow(number);
      return verdict(number, evidence, note);
    }

    private Verdict verdict(int number, Optional<Evidence> evidence, String note) {
      if (evidence.isEmpty()) {
        return new Verdict.Passed(number > 1, note);
      }
      Finding finding = evidence.get().finding();
      return finding.failureClass() == FailureClass.SONAR
          ? new Verdict.Inconclusive(finding.sentence())
          : new Verdict.Failed(evidence.get());
    }

    private Optional<Evidence> perform(Step step, int number) throws InterruptedException {
      long stepStartedMillis = clock.wallMillis();
      long stepStartedNanos = clock.monotonicNanos();
      wire.beginStep(secondsMax(step));
      try {
        String note = visit.perform(step);
        HttpStepCheck.checkCertificate(journey.criteria().certificateDaysMin(), wire.earliestCertificateExpiryMillis(), clock.wallMillis());
        long nanos = clock.monotonicNanos() - stepStartedNanos - wire.waitedNanos();
        List<Exchange> exchanges = wire.exchanges().stream().map(e -> e.summary().redacted(redactor)).toList();
        steps.add(new StepRun(step.name(), number, Outcome.PASSED, stepStartedMillis, nanos, redactor.text(note), exchanges));
        return Optional.empty();
      } catch (StepFailedException failed) {
        Finding finding = failed.finding().redacted(redactor);
        long nanos = clock.monotonicNanos() - stepStartedNanos - wire.waitedNanos();
        List<Exchange> exchanges = evidence(wire.exchanges());
        steps.add(new StepRun(step.name(), number, Outcome.FAILED, stepStartedMillis, nanos, finding.sentence(), exchanges));
        Optional<Exchange> last = exchanges.isEmpty() ? Optional.empty() : Optional.of(exchanges.getLast());
        return Optional.of(new Evidence(step.name(), finding, last, startedMillis));
      }
    }

    private double secondsMax(Step step) {
      double seconds = journey.timeouts().stepSeconds();
      return step instanceof Step.FollowReplication follow ? follow.deadlineSeconds() + seconds : seconds;
    }

    /** The last requests of a failed step in full, those before them in short. */
    private List<Exchange> evidence(List<Exchange> exchanges) {
      List<Exchange> kept = new ArrayList<>();
      for (int i = 0; i < exchanges.size(); i++) {
        Exchange exchange = exchanges.get(i);
        boolean inFull = exchanges.size() - i <= EVIDENCE_EXCHANGES_MAX;
        kept.add((inFull ? exchange : exchange.summary()).redacted(redactor));
      }
      return List.copyOf(kept);
    }

    /** Each step may be quick enough, and the whole still too slow for a user. */
    private Optional<Evidence> tooSlow(int number) {
      double secondsMax = journey.criteria().runSecondsMax();
      List<StepRun> own = steps.stream().filter(s -> s.attempt() == number && !s.name().equals("replicate")).toList();
      double seconds = own.stream().mapToLong(StepRun::durationNanos).sum() / 1e9;
      if (secondsMax <= 0 || seconds <= secondsMax) {
        return Optional.empty();
      }
      StepRun slowest = own.stream().max(java.util.Comparator.comparingLong(StepRun::durationNanos)).orElseThrow();
      Finding finding = Finding.of(FailureClass.SLOW, "a run within " + secondsMax + " s", String.format(Locale.ROOT, "%.2f s, of which %s took %.2f s",
          seconds, slowest.name(), slowest.durationNanos() / 1e9), "See the slowest step.");
      return Optional.of(new Evidence(slowest.name(), finding, Optional.empty(), startedMillis));
    }

    private SonarRun finished(Verdict verdict) {
      return new SonarRun(id, journey.target(), trigger, dueMillis, startedMillis, clock.monotonicNanos() - startedNanos, verdict, "",
          visit.replication(), visit.replicationNanos(), wire.earliestCertificateExpiryMillis(), leftovers, List.copyOf(steps));
    }
  }

  private static void learnSecrets(Step step, Redactor redactor) {
    if (step instanceof Step.Request request) {
      request.settings().secretHeaders().forEach(header -> redactor.learn(header.name().toLowerCase(Locale.ROOT), header.value()));
    }
  }

  private static String trace(RuntimeException bug) {
    StringWriter text = new StringWriter();
    bug.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
