package io.meshwatch.gotemplate;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A point in time with the methods that templates use of Go's {@code time.Time}. */
public record GoTime(ZonedDateTime time) implements GoObject {
  /** How Go prints a time that is not formatted. */
  public static final String DEFAULT_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";

  /** Go's time of a value that was never set. */
  public static final GoTime ZERO = new GoTime(ZonedDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC));

  /** From milliseconds since the epoch, in UTC. */
  public static GoTime ofMillis(long millis) {
    return new GoTime(java.time.Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC));
  }

  @Override
  public String typeName() {
    return "time.Time";
  }

  @Override
  public @Nullable GoFunction member(String name) {
    return switch (name) {
      case "Format" -> GoFunction.of(1, a -> TimeLayout.format(time, a.text(0)));
      case "String" -> GoFunction.field(toString());
      case "Add" -> GoFunction.of(1, a -> new GoTime(time.plusNanos(a.object(0, GoDuration.class, "time.Duration").nanos())));
      case "AddDate" -> GoFunction.of(
          3, a -> new GoTime(time.plusYears(a.integer(0)).plusMonths(a.integer(1)).plusDays(a.integer(2))));
      case "Sub" -> GoFunction.of(1, a -> new GoDuration(Duration.between(other(a).time, time).toNanos()));
      case "Before" -> GoFunction.of(1, a -> time.isBefore(other(a).time));
      case "After" -> GoFunction.of(1, a -> time.isAfter(other(a).time));
      case "Equal" -> GoFunction.of(1, a -> time.isEqual(other(a).time));
      case "IsZero" -> GoFunction.field(time.toEpochSecond() == -62_135_596_800L && time.getNano() == 0);
      case "UTC" -> GoFunction.field(new GoTime(time.withZoneSameInstant(ZoneOffset.UTC)));
      case "Unix" -> GoFunction.field(time.toEpochSecond());
      case "UnixMilli" -> GoFunction.field(time.toInstant().toEpochMilli());
      case "Year" -> GoFunction.field((long) time.getYear());
      case "Month" -> GoFunction.field(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ROOT));
      case "Day" -> GoFunction.field((long) time.getDayOfMonth());
      case "YearDay" -> GoFunction.field((long) time.getDayOfYear());
      case "Weekday" -> GoFunction.field(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ROOT));
      case "Hour" -> GoFunction.field((long) time.getHour());
      case "Minute" -> GoFunction.field((long) time.getMinute());
      case "Second" -> GoFunction.field((long) time.getSecond());
      default -> null;
    };
  }

  private static GoTime other(Arguments arguments) {
    return arguments.object(0, GoTime.class, "time.Time");
  }

  @Override
  public Object plain() {
    return toString();
  }

  @Override
  public String toString() {
    return TimeLayout.format(time, DEFAULT_LAYOUT);
  }
}
