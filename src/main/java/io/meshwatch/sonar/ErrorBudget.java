package io.meshwatch.sonar;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How much of what may fail within thirty days has failed. Runs in maintenance, while the backend restarted, and those that Sonar itself
 * could not do count neither way.
 *
 * @param target which target
 * @param intervalMillis from the start of a run to the start of the next
 * @param availability of runs
 * @param replication of quick replications
 * @param replicationSeconds what quick means
 * @param flaky runs that passed, though not at the first attempt
 * @param restarts runs that were left out because the backend restarted
 * @param maintenance runs that were left out because of maintenance
 * @param errors runs that were left out because Sonar could not do them
 */
public record ErrorBudget(
    TargetKey target,
    long intervalMillis,
    Part availability,
    Part replication,
    double replicationSeconds,
    long flaky,
    long restarts,
    long maintenance,
    long errors) {
  private static final List<Span> BURNS = List.of(Span.HOUR, Span.SIX_HOURS, Span.DAY, Span.THREE_DAYS);

  /**
   * One objective.
   *
   * @param objective the part that is to be good
   * @param all what was seen in thirty days
   * @param bad what of it was not good
   * @param allowed how many may be bad in thirty days, at the interval of today
   * @param burns how fast the budget was used up lately
   */
  public record Part(double objective, long all, long bad, double allowed, List<Burn> burns) {
    /** The part of the budget that is left; below zero if more is gone than there was. */
    public double left() {
      return allowed <= 0 ? bad == 0 ? 1 : -1 : 1 - bad / allowed;
    }

    /** Whether nothing is left of it. */
    public boolean isSpent() {
      return bad > 0 && left() <= 0;
    }
  }

  /**
   * How fast a budget is used up.
   *
   * @param span over which time
   * @param all what was seen in it
   * @param bad what of it was not good
   * @param rate 1 = so fast that the budget lasts for exactly its thirty days; 0 if nothing was seen
   * @param telling whether there were enough failures for the rate to mean something
   */
  public record Burn(String span, long all, long bad, double rate, boolean telling) {}

  /** The budget of a target whose counts a function knows. */
  static ErrorBudget of(Journey journey, Objectives objectives, Counts counts) {
    Tally month = counts.over(Span.MONTH);
    long intervalMillis = journey.intervalMillis();
    long leftOut = month.restarts() + month.maintenance() + month.errors();
    long planned = Math.max(month.runs(), Span.MONTH.hours() * 3_600_000L / intervalMillis - leftOut);
    ToLongFunction<Tally> slow = tally -> tally.slowerThan(objectives.replicationSeconds());
    return new ErrorBudget(journey.target(), intervalMillis,
        part(objectives.availability(), planned, objectives, counts, Tally::runs, Tally::failed),
        part(objectives.replication(), Math.max(month.replications(), planned), objectives, counts, Tally::replications, slow),
        objectives.replicationSeconds(), month.flaky(), month.restarts(), month.maintenance(), month.errors());
  }

  private static Part part(double objective, long planned, Objectives objectives, Counts counts, ToLongFunction<Tally> all, ToLongFunction<Tally> bad) {
    Tally month = counts.over(Span.MONTH);
    List<Burn> burns = BURNS.stream().map(span -> burn(span, counts.over(span), objective, objectives.failuresMin(), all, bad)).toList();
    return new Part(objective, all.applyAsLong(month), bad.applyAsLong(month), (1 - objective) * planned, burns);
  }

  private static Burn burn(Span span, Tally tally, double objective, long failuresMin, ToLongFunction<Tally> all, ToLongFunction<Tally> bad) {
    long seen = all.applyAsLong(tally);
    long failed = bad.applyAsLong(tally);
    double rate = seen == 0 || objective >= 1 ? 0 : (double) failed / seen / (1 - objective);
    return new Burn(span.label(), seen, failed, rate, failed >= failuresMin);
  }

  /** What became of a target's runs in a span. */
  interface Counts {
    Tally over(Span span);
  }
}
