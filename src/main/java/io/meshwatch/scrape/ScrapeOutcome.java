package io.meshwatch.scrape;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.exposition.ExpositionException;
import io.meshwatch.model.Names;

/** What became of one scrape. Everything but {@link Scraped} leaves the target down, with a reason in one sentence. */
public sealed interface ScrapeOutcome {
  /** Why it failed, for an operator; empty if it did not. */
  String reason();

  default boolean isUp() {
    return this instanceof Scraped;
  }

  /** The page was read and stored. */
  record Scraped() implements ScrapeOutcome {
    @Override
    public String reason() {
      return "";
    }
  }

  /** The target does not accept our credentials: 401 or 403. */
  record Refused(String user, int status) implements ScrapeOutcome {
    @Override
    public String reason() {
      return user.isEmpty()
          ? "the target wants a login, and none is configured (" + status + ")"
          : "the target refused user " + user + " (" + status + ")";
    }
  }

  /** A status other than 200. */
  record BadStatus(int status, String url) implements ScrapeOutcome {
    @Override
    public String reason() {
      String hint =
          switch (status) {
            case 404 -> ": there is no page at " + url;
            case 406 -> ": the target speaks none of the formats it was asked for";
            default -> "";
          };
      return "the target answered with status " + status + " instead of 200" + hint;
    }
  }

  /** No answer at all: not resolved, not connected, certificate not trusted, cut off. */
  record NoAnswer(HttpResult.Phase phase, String reason) implements ScrapeOutcome {}

  /** The exchange took too long. */
  record TimedOut(String reason) implements ScrapeOutcome {}

  /** The page is larger than allowed. */
  record BodyTooLarge(long bytesMax) implements ScrapeOutcome {
    @Override
    public String reason() {
      return "the page is larger than the limit of " + bytesMax + " bytes";
    }
  }

  /** The answer is not said to be metrics. */
  record UnknownFormat(String contentType) implements ScrapeOutcome {
    @Override
    public String reason() {
      String got = contentType.isEmpty() ? "no Content-Type" : "Content-Type " + Names.quote(contentType);
      return "expected a page of metrics, got " + got + " (a fallback format can be set for the job)";
    }
  }

  /** The page cannot be read. */
  record BadPage(int line, int column, String problem, String excerpt) implements ScrapeOutcome {
    static BadPage of(ExpositionException e) {
      return new BadPage(e.line(), e.column(), e.problem(), e.excerpt());
    }

    @Override
    public String reason() {
      String place = line > 0 ? "line " + line + ":" + column : "byte " + column;
      return "the page is broken at " + place + ": " + problem + (excerpt.isEmpty() ? "" : " in `" + excerpt + "`");
    }
  }

  /** Limits of one scrape. */
  enum Limit {
    SAMPLES,
    LABELS,
    HISTOGRAM_BUCKETS,
    TARGETS
  }

  /** The page, or the job, is larger than configured. */
  record LimitExceeded(Limit limit, String reason) implements ScrapeOutcome {}

  /** A series came out of relabelling without a usable name. */
  record BadSeries(String reason) implements ScrapeOutcome {}

  /** A file with credentials cannot be read. */
  record NoCredentials(String reason) implements ScrapeOutcome {}

  /** The store took nothing. */
  record NotStored(String message) implements ScrapeOutcome {
    @Override
    public String reason() {
      return "the samples could not be stored: " + message;
    }
  }
}
