package io.meshwatch.scrape;

/** Ends the reading of a page with an outcome. Never leaves this package. */
final class ScrapeFailure extends RuntimeException {
  private final transient ScrapeOutcome outcome;

  ScrapeFailure(ScrapeOutcome outcome) {
    super(outcome.reason());
    this.outcome = outcome;
  }

  ScrapeOutcome outcome() {
    return outcome;
  }
}
