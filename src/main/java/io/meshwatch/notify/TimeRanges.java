package io.meshwatch.notify;

import io.meshwatch.notify.TimeInterval.Range;
import java.util.List;
import java.util.Locale;

/** Reads the texts of a time interval's ranges: {@code monday:friday}, {@code -3:-1}, {@code 09:30}. */
final class TimeRanges {
  private static final List<String> WEEKDAYS =
      List.of("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");
  private static final List<String> MONTHS = List.of("january", "february", "march", "april", "may", "june", "july", "august",
      "september", "october", "november", "december");

  private TimeRanges() {}

  static Range weekdays(String text) {
    String[] ends = ends(text);
    return ordered("weekday", ends, weekday(ends[0]), weekday(ends[1]));
  }

  /** A range of weekdays as it is written: {@code monday:friday}. */
  static String weekdayNames(Range range) {
    return WEEKDAYS.get(range.begin()) + ":" + WEEKDAYS.get(range.end());
  }

  /** A range of numbers as it is written: {@code 1:5}. */
  static String numbers(Range range) {
    return range.begin() + ":" + range.end();
  }

  /** A minute of the day as clocks show it. */
  static String clock(int minuteOfDay) {
    return String.format(Locale.ROOT, "%02d:%02d", minuteOfDay / 60, minuteOfDay % 60);
  }

  private static int weekday(String text) {
    int day = WEEKDAYS.indexOf(text.toLowerCase(Locale.ROOT));
    if (day < 0) {
      throw new IllegalArgumentException(text + " is not a valid weekday");
    }
    return day;
  }

  static Range months(String text) {
    String[] ends = ends(text);
    return ordered("month", ends, month(ends[0]), month(ends[1]));
  }

  private static int month(String text) {
    int named = MONTHS.indexOf(text.toLowerCase(Locale.ROOT)) + 1;
    int month = named > 0 ? named : number(text, "month");
    if (month < 1 || month > 12) {
      throw new IllegalArgumentException(text + " is not a valid month");
    }
    return month;
  }

  static Range years(String text) {
    String[] ends = ends(text);
    return ordered("year", ends, number(ends[0], "year"), number(ends[1], "year"));
  }

  static Range daysOfMonth(String text) {
    String[] ends = ends(text);
    int begin = day(ends[0]);
    int end = day(ends[1]);
    if (begin < 0 && end > 0) {
      throw new IllegalArgumentException("end day must be negative if start day is negative: " + text);
    }
    // The earliest day that a negative end can stand for is counted in the longest month.
    int latestEnd = end < 0 ? 31 + end + 1 : end;
    int latestBegin = begin < 0 ? 31 + begin + 1 : begin;
    if (latestBegin > latestEnd) {
      throw new IllegalArgumentException("end day " + end + " is always before start day " + begin);
    }
    return new Range(begin, end);
  }

  private static int day(String text) {
    int day = number(text, "day of the month");
    if (day == 0 || day < -31 || day > 31) {
      throw new IllegalArgumentException(text + " is not a valid day of the month: out of range");
    }
    return day;
  }

  /** Minutes since midnight of {@code HH:MM}, up to {@code 24:00}. */
  static int minuteOfDay(String text) {
    if (!text.matches("[0-2][0-9]:[0-5][0-9]")) {
      throw new IllegalArgumentException("couldn't parse timestamp " + text + ", invalid format");
    }
    int minute = Integer.parseInt(text.substring(0, 2)) * 60 + Integer.parseInt(text.substring(3));
    if (minute > 24 * 60) {
      throw new IllegalArgumentException("timestamp " + text + " is out of range, at most 24:00");
    }
    return minute;
  }

  static Range minutesOfDay(String start, String end) {
    int from = minuteOfDay(start);
    int to = minuteOfDay(end);
    if (from >= to) {
      throw new IllegalArgumentException("start time " + start + " cannot be equal or greater than end time " + end);
    }
    return new Range(from, to);
  }

  private static String[] ends(String text) {
    String[] ends = text.split(":", -1);
    if (ends.length > 2) {
      throw new IllegalArgumentException("couldn't parse range " + text + ", invalid format");
    }
    return ends.length == 2 ? ends : new String[] {text, text};
  }

  private static int number(String text, String what) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(text + " is not a valid " + what, e);
    }
  }

  private static Range ordered(String what, String[] ends, int begin, int end) {
    if (begin > end) {
      throw new IllegalArgumentException("end " + what + " " + ends[1] + " is before start " + what + " " + ends[0]);
    }
    return new Range(begin, end);
  }
}
