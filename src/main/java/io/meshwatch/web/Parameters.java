package io.meshwatch.web;

import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads parameters of Prometheus' API; what cannot be read is a {@link BadRequestException} in Prometheus' words. */
final class Parameters {
  /** What Prometheus calls the beginning and the end of time when a request names none. */
  static final long TIME_MIN = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

  static final long TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private static final double NANOSECONDS_MAX = Long.MAX_VALUE;
  private static final Pattern RFC3339 =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}([.,]\\d+)?(Z|[+-]\\d{2}:\\d{2})");

  private final HttpRequest request;

  Parameters(HttpRequest request) {
    this.request = request;
  }

  Optional<String> text(String name) throws IOException {
    return request.parameter(name).filter(text -> !text.isEmpty());
  }

  String required(String name) throws IOException {
    return request.parameter(name).orElse("");
  }

  List<String> all(String name) throws IOException {
    return request.parameters().getOrDefault(name, List.of());
  }

  long timeMillis(String name, long otherwise) throws IOException {
    Optional<String> text = text(name);
    return text.isEmpty() ? otherwise : parseTime(name, text.get(), "Invalid time value for '" + name + "': ");
  }

  long requiredTimeMillis(String name) throws IOException {
    return parseTime(name, required(name), "");
  }

  private static long parseTime(String name, String text, String prefix) {
    try {
      return millis(NumberText.parse(text));
    } catch (NumberFormatException notSeconds) {
      if (!RFC3339.matcher(text).matches()) {
        throw invalid(name, prefix + "cannot parse " + Names.quote(text) + " to a valid timestamp");
      }
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeParseException e) {
      throw invalid(name, prefix + "cannot parse " + Names.quote(text) + " to a valid timestamp");
    }
  }

  /** Rounds to milliseconds; beyond what nanoseconds in 64 bits hold (1677 to 2262) it is the first or last of them. */
  private static long millis(double seconds) {
    double whole = seconds < 0 ? Math.ceil(seconds) : Math.floor(seconds);
    boolean fits = Math.abs(whole) < NANOSECONDS_MAX / 1e9;
    if (!fits) {
      return (seconds > 0 ? Long.MAX_VALUE : Long.MIN_VALUE) / 1_000_000;
    }
    return ((long) whole) * 1000 + Math.round((seconds - whole) * 1000);
  }

  Optional<Long> durationMillis(String name) throws IOException {
    Optional<String> text = text(name);
    return text.isEmpty() ? Optional.empty() : Optional.of(parseDuration(name, text.get()));
  }

  long requiredDurationMillis(String name) throws IOException {
    return parseDuration(name, required(name));
  }

  private static long parseDuration(String name, String text) {
    try {
      double nanos = NumberText.parse(text) * 1e9;
      if (Math.abs(nanos) > NANOSECONDS_MAX) {
        throw invalid(name, "cannot parse " + Names.quote(text) + " to a valid duration. It overflows int64");
      }
      return ((long) nanos) / 1_000_000;
    } catch (NumberFormatException notSeconds) {
      try {
        return PromDuration.parseMillis(text);
      } catch (IllegalArgumentException e) {
        throw invalid(name, "cannot parse " + Names.quote(text) + " to a valid duration");
      }
    }
  }

  /** A limit on the number of results; 0 = none. */
  int limit() throws IOException {
    Optional<String> text = text("limit");
    if (text.isEmpty()) {
      return 0;
    }
    int limit;
    try {
      limit = Integer.parseInt(text.get());
    } catch (NumberFormatException e) {
      throw invalid("limit", "strconv.Atoi: parsing " + Names.quote(text.get()) + ": invalid syntax");
    }
    if (limit < 0) {
      throw invalid("limit", "limit must be non-negative");
    }
    return limit;
  }

  /** A limit of metadata, where 0 means nothing and a negative number everything. */
  long metadataLimit(String name) throws IOException {
    Optional<String> text = text(name);
    try {
      int limit = text.isEmpty() ? -1 : Integer.parseInt(text.get());
      return limit < 0 ? Long.MAX_VALUE : limit;
    } catch (NumberFormatException e) {
      throw new BadRequestException(name + " must be a number");
    }
  }

  static BadRequestException invalid(String name, String reason) {
    return new BadRequestException("invalid parameter " + Names.quote(name) + ": " + reason);
  }
}
