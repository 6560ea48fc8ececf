package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Corners that a comparison with a real Prometheus brought up. Expected values are Prometheus' own. */
class PromqlSemanticsTest {
  private static void passes(String script) {
    assertThat(PromqlScript.run(new PromqlScript.Source("inline", script), Fakes.ONE, Fakes.CLOCK).stream()
        .filter(result -> result.failure() != null).map(result -> result.line() + ": " + result.failure())).isEmpty();
  }

  @Test
  void matchesNothingWithoutComplainingWhereOneSideIsEmpty() {
    passes("""
        load 1m
          many{job="a", n="1"} 1 1
          many{job="a", n="2"} 1 1
          late _ 1

        eval instant at 0 nonexistent / on(job) many

        eval instant at 0 late * on(code) many

        eval range from 0 to 0 step 1m late > bool on() many

        eval instant at 1m late * on(code) many
          expect fail
        """);
  }

  @Test
  void namesTheLabelOfAnAbsentSeriesThatIsGivenAfterAPattern() {
    passes("""
        load 1m
          present 1

        eval instant at 0 absent(nonexistent{job=~"api|node", job="odd"})
          {job="odd"} 1

        eval instant at 0 absent(nonexistent{job="odd", job=~"api|node"})
          {} 1

        eval instant at 0 absent(nonexistent{job="a", job="b", x="1"})
          {x="1"} 1

        eval instant at 0 absent_over_time(nonexistent{job=~"api|node", job="odd"}[1m])
          {job="odd"} 1
        """);
  }

  @Test
  void readsTimesThatNoCalendarHolds() {
    passes("""
        eval instant at 0 year(vector(NaN))
          {} 292277026596

        eval instant at 0 year(vector(-Inf))
          {} 292277026596

        eval instant at 0 month(vector(1e300)) * 10000 + day_of_month(vector(NaN)) * 100 + hour(vector(Inf))
          {} 120415

        eval instant at 0 year(vector(-1e18))
          {} -31688736537

        eval instant at 0 month(vector(-1e17)) * 1000 + day_of_year(vector(-1e17))
          {} 4117

        eval instant at 0 day_of_week(vector(1e18)) * 100 + hour(vector(9e18))
          {} 516

        eval instant at 0 days_in_month(vector(-1e17)) * 100 + minute(vector(1e18))
          {} 3046

        eval instant at 0 year(vector(-62135596801))
          {} 0
        """);
  }

  @Test
  void sortsNothingWithinASubquery() {
    passes("""
        load 1m
          late{n="1"} _ _ 1 2
          late{n="2"} _ 4 3 2
          late{n="3"} {{schema:0 count:1 sum:1}}x3

        eval instant at 3m count_over_time(sort_desc(late)[3m1s:1m])
          {n="1"} 2
          {n="2"} 3

        eval instant at 3m count_over_time(sort_by_label(late, "n")[3m1s:1m])
          {n="1"} 2
          {n="2"} 3
          {n="3"} 4
        """);
  }

  @Test
  void takesTheLabelOfCountedValuesAwayWhenGroupingWithoutIt() {
    passes("""
        load 1m
          some{job="a", instance="x"} 1
          some{job="a", instance="y"} 2
          some{job="a", instance="z"} 2

        eval instant at 0 count_values without(instance) ("instance", some)
          {job="a"} 3

        eval instant at 0 count_values without(instance) ("value", some)
          {job="a", value="1"} 1
          {job="a", value="2"} 2

        eval instant at 0 count_values by(instance) ("instance", some)
          {instance="1"} 1
          {instance="2"} 2
        """);
  }

  @Test
  void clampsInfinitiesAlsoWithALimitThatIsNone() {
    passes("""
        eval instant at 0 clamp_min(vector(Inf), NaN)
          {} Inf

        eval instant at 0 clamp_max(vector(-Inf), NaN)
          {} -Inf

        eval instant at 0 clamp(vector(-Inf), -1, NaN)
          {} -1

        eval instant at 0 clamp(vector(5), -1, NaN)
          {} NaN
        """);
  }
}
