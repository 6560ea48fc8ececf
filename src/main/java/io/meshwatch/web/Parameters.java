package io.meshwatch.web;

import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.PromDuration;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** Reads parameters of Prometheus' API; what cannot be read is a {@link BadRequestException} in Prometheus' words. */
final class Parameters {
  /** What Prometheus calls the beginning and the end of time when a request names none. */
  static final long TIME_MIN = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

  static final long TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

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
    return text.isEmpty() ? otherwise : parseTime(name, text.get());
  }

  long requiredTimeMillis(String name) throws IOException {
    return parseTime(name, required(name));
  }

  private static long parseTime(String name, String text) {
    try {
      return new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.HALF_UP).longValueExact();
    } catch (NumberFormatException | ArithmeticException notSeconds) {
      try {
        return OffsetDateTime.parse(text).toInstant().toEpochMilli();
      } catch (DateTimeParseException e) {
        throw invalid(name, "cannot parse " + io.meshwatch.model.Names.quote(text) + " to a valid timestamp");
      }
    }
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
      return new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.HALF_UP).longValueExact();
    } catch (NumberFormatException | ArithmeticException notSeconds) {
      try {
        return PromDuration.parseMillis(text);
      } catch (IllegalArgumentException e) {
        throw invalid(name, "cannot parse " + io.meshwatch.model.Names.quote(text) + " to a valid duration");
      }
    }
  }

  /** A limit on the number of results; 0 = none. */
  int limit() throws IOException {
    Optional<String> text = text("limit");
    if (text.isEmpty()) {
      return 0;
    }
    try {
      int limit = Integer.parseInt(text.get());
      if (limit >= 0) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw invalid("limit", "strconv.Atoi: parsing " + io.meshwatch.model.Names.quote(text.get()) + ": invalid syntax");
    }
    throw invalid("limit", "limit must be non-negative");
  }

  static BadRequestException invalid(String name, String reason) {
    return new BadRequestException("invalid parameter " + io.meshwatch.model.Names.quote(name) + ": " + reason);
  }
}
