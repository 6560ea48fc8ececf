package io.meshwatch.notify;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurring time such as "Monday to Friday, 9 to 17 in Berlin": a moment lies inside if every non-empty list has a range that
 * holds it.
 *
 * @param minutesOfDay ranges of minutes since midnight, the end not included
 * @param weekdays ranges, 0 = Sunday, both ends included
 * @param daysOfMonth ranges, both ends included; negative days count from the month's end, -1 is the last
 * @param months ranges, 1 = January, both ends included
 * @param years ranges, both ends included
 * @param zone where clocks show this time
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0">time_interval</a>
 */
public record TimeInterval(
    List<Range> minutesOfDay, List<Range> weekdays, List<Range> daysOfMonth, List<Range> months, List<Range> years, ZoneId zone) {
  /** Numbers from begin to end. */
  public record Range(int begin, int end) {
    boolean holds(int value) {
      return begin <= value && value <= end;
    }
  }

  /** Whether a moment lies inside. */
  public boolean contains(long atMillis) {
    ZonedDateTime time = Instant.ofEpochMilli(atMillis).atZone(zone);
    int minute = time.getHour() * 60 + time.getMinute();
    return (minutesOfDay.isEmpty() || minutesOfDay.stream().anyMatch(r -> r.begin() <= minute && minute < r.end()))
        && anyHolds(weekdays, time.getDayOfWeek().getValue() % 7)
        && anyDayHolds(time)
        && anyHolds(months, time.getMonthValue())
        && anyHolds(years, time.getYear());
  }

  /** What it says, for people: {@code 22:00-24:00, monday:friday, days 1:5, months 3:8, Europe/Berlin}. */
  public String text() {
    List<String> parts = new ArrayList<>();
    minutesOfDay.forEach(r -> parts.add(TimeRanges.clock(r.begin()) + "-" + TimeRanges.clock(r.end())));
    weekdays.forEach(r -> parts.add(TimeRanges.weekdayNames(r)));
    daysOfMonth.forEach(r -> parts.add("days " + TimeRanges.numbers(r)));
    months.forEach(r -> parts.add("months " + TimeRanges.numbers(r)));
    years.forEach(r -> parts.add("years " + TimeRanges.numbers(r)));
    parts.add(zone.getId());
    return String.join(", ", parts);
  }

  private static boolean anyHolds(List<Range> ranges, int value) {
    return ranges.isEmpty() || ranges.stream().anyMatch(r -> r.holds(value));
  }

  private boolean anyDayHolds(ZonedDateTime time) {
    int days = time.toLocalDate().lengthOfMonth();
    return daysOfMonth.isEmpty()
        || daysOfMonth.stream()
            .map(r -> new Range(fromStart(r.begin(), days), fromStart(r.end(), days)))
            .anyMatch(r -> r.holds(time.getDayOfMonth()));
  }

  private static int fromStart(int day, int daysInMonth) {
    return day < 0 ? daysInMonth + day + 1 : day;
  }
}
