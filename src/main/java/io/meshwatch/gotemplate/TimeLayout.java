package io.meshwatch.gotemplate;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;

/**
 * Times written by example: a layout shows how {@code Mon Jan 2 15:04:05 MST 2006} would look.
 *
 * @see <a href="https://pkg.go.dev/time#pkg-constants">layouts</a>
 */
public final class TimeLayout {
  /** Parts of a layout, longer before shorter where one begins like another. */
  private static final List<String> PARTS = List.of(
      "January", "Jan", "Monday", "Mon", "MST", "2006", "-07:00", "-0700", "-07", "Z07:00", "Z0700", "__2", "002", "01", "02", "03",
      "04", "05", "06", "15", "PM", "pm", "_2", "1", "2", "3", "4", "5");

  private TimeLayout() {}

  /** A time in this layout. */
  public static String format(ZonedDateTime time, String layout) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < layout.length()) {
      int fraction = fractionLength(layout, at);
      if (fraction > 0) {
        out.append(fraction(time.getNano(), layout.charAt(at), fraction - 1, layout.charAt(at + 1) == '9'));
        at += fraction;
        continue;
      }
      String part = partAt(layout, at);
      if (part.isEmpty()) {
        out.append(layout.charAt(at++));
      } else {
        out.append(text(time, part));
        at += part.length();
      }
    }
    return out.toString();
  }

  /** The length of {@code .000} or {@code .999} after the seconds; 0 if there is none here. */
  private static int fractionLength(String layout, int at) {
    if ((layout.charAt(at) != '.' && layout.charAt(at) != ',') || at + 1 >= layout.length()) {
      return 0;
    }
    char digit = layout.charAt(at + 1);
    if (digit != '0' && digit != '9') {
      return 0;
    }
    int end = at + 1;
    while (end < layout.length() && layout.charAt(end) == digit) {
      end++;
    }
    boolean digitFollows = end < layout.length() && Character.isDigit(layout.charAt(end));
    return digitFollows ? 0 : end - at;
  }

  private static String partAt(String layout, int at) {
    for (String part : PARTS) {
      if (layout.startsWith(part, at)) {
        boolean wordGoesOn = part.equals("Jan") && at + 3 < layout.length() && Character.isLowerCase(layout.charAt(at + 3));
        return wordGoesOn ? "" : part;
      }
    }
    return "";
  }

  private static String fraction(int nanos, char separator, int digits, boolean dropZeros) {
    String text = String.format("%09d", nanos).substring(0, Math.min(digits, 9));
    if (dropZeros) {
      int end = text.length();
      while (end > 0 && text.charAt(end - 1) == '0') {
        end--;
      }
      text = text.substring(0, end);
    }
    return text.isEmpty() ? "" : separator + text;
  }

  private static String text(ZonedDateTime time, String part) {
    return switch (part) {
      case "MST" -> zoneName(time);
      case "Z07:00" -> time.getOffset().equals(ZoneOffset.UTC) ? "Z" : offset(time, ":");
      case "Z0700" -> time.getOffset().equals(ZoneOffset.UTC) ? "Z" : offset(time, "");
      case "-07:00" -> offset(time, ":");
      case "-0700" -> offset(time, "");
      case "-07" -> offset(time, "").substring(0, 3);
      case "pm" -> time.getHour() < 12 ? "am" : "pm";
      default -> time.format(DateTimeFormatter.ofPattern(pattern(part), Locale.ENGLISH));
    };
  }

  private static String zoneName(ZonedDateTime time) {
    boolean utc = time.getZone().equals(ZoneOffset.UTC) || time.getZone().equals(ZoneId.of("UTC"));
    return utc ? "UTC" : time.format(DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH));
  }

  private static String offset(ZonedDateTime time, String separator) {
    int minutes = time.getOffset().getTotalSeconds() / 60;
    return String.format("%s%02d%s%02d", minutes < 0 ? "-" : "+", Math.abs(minutes) / 60, separator, Math.abs(minutes) % 60);
  }

  /** The same part in Java's pattern letters. */
  private static String pattern(String part) {
    return switch (part) {
      case "January" -> "MMMM";
      case "Jan" -> "MMM";
      case "Monday" -> "EEEE";
      case "Mon" -> "EEE";
      case "2006" -> "uuuu";
      case "06" -> "uu";
      case "01" -> "MM";
      case "1" -> "M";
      case "02" -> "dd";
      case "_2" -> "ppd";
      case "2" -> "d";
      case "002" -> "DDD";
      case "__2" -> "pppD";
      case "15" -> "HH";
      case "03" -> "hh";
      case "3" -> "h";
      case "04" -> "mm";
      case "4" -> "m";
      case "05" -> "ss";
      case "5" -> "s";
      case "PM" -> "a";
      case "-07:00", "Z07:00" -> "XXX";
      case "-0700", "Z0700" -> "XX";
      case "-07" -> "X";
      case "MST" -> "zzz";
      case "pm" -> "a";
      default -> throw new IllegalArgumentException("not a part of a layout: " + part);
    };
  }

  /** The time that a text in this layout names, UTC unless it says otherwise; throws {@link FunctionException}. */
  public static ZonedDateTime parse(String layout, String text) {
    DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
    int at = 0;
    while (at < layout.length()) {
      int fraction = fractionLength(layout, at);
      String part = partAt(layout, at);
      if (fraction > 0) {
        builder.appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true);
        at += fraction;
      } else if (part.isEmpty()) {
        builder.appendLiteral(layout.charAt(at++));
      } else {
        builder.appendPattern(pattern(part));
        at += part.length();
      }
    }
    try {
      return toTime(builder.toFormatter(Locale.ENGLISH).parse(text));
    } catch (DateTimeException e) {
      throw new FunctionException(
          "parsing time " + Values.quote(text) + " as " + Values.quote(layout) + ": cannot parse", e);
    }
  }

  private static ZonedDateTime toTime(TemporalAccessor parsed) {
    ZoneId zone = java.util.Objects.requireNonNullElse(
        parsed.query(java.time.temporal.TemporalQueries.zone()), ZoneOffset.UTC);
    java.time.LocalDate date = java.util.Objects.requireNonNullElse(
        parsed.query(java.time.temporal.TemporalQueries.localDate()), java.time.LocalDate.of(0, 1, 1));
    java.time.LocalTime time = java.util.Objects.requireNonNullElse(
        parsed.query(java.time.temporal.TemporalQueries.localTime()), java.time.LocalTime.MIDNIGHT);
    return ZonedDateTime.of(date, time, zone);
  }
}
