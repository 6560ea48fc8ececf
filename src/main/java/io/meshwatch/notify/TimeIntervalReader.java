package io.meshwatch.notify;

import io.meshwatch.notify.TimeInterval.Range;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads time intervals as Alertmanager's files write them. Confined to one thread. */
final class TimeIntervalReader {
  private static final Set<String> FIELDS = Set.of("times", "weekdays", "days_of_month", "months", "years", "location");

  private final YamlReader yaml;

  TimeIntervalReader(YamlReader yaml) {
    this.yaml = yaml;
  }

  List<TimeInterval> intervals(@Nullable Node list) {
    return yaml.items(list, "time_intervals").stream().map(this::interval).toList();
  }

  TimeInterval interval(Node node) {
    Map<String, Node> fields = yaml.fields(node, "time interval", FIELDS);
    return new TimeInterval(
        times(fields.get("times")),
        ranges(fields.get("weekdays"), "weekdays", TimeRanges::weekdays),
        ranges(fields.get("days_of_month"), "days_of_month", TimeRanges::daysOfMonth),
        ranges(fields.get("months"), "months", TimeRanges::months),
        ranges(fields.get("years"), "years", TimeRanges::years),
        zone(fields.get("location")));
  }

  private List<Range> times(@Nullable Node list) {
    List<Range> ranges = new ArrayList<>();
    for (Node item : yaml.items(list, "times")) {
      Map<String, Node> fields = yaml.fields(item, "time range", Set.of("start_time", "end_time"));
      if (fields.size() < 2) {
        yaml.error(item, "a time range needs start_time and end_time");
        continue;
      }
      try {
        ranges.add(TimeRanges.minutesOfDay(yaml.text(fields.get("start_time")), yaml.text(fields.get("end_time"))));
      } catch (IllegalArgumentException e) {
        yaml.error(item, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(ranges);
  }

  private List<Range> ranges(@Nullable Node list, String what, Function<String, Range> parse) {
    List<Range> ranges = new ArrayList<>();
    for (Node item : yaml.items(list, what)) {
      try {
        ranges.add(parse.apply(yaml.text(item)));
      } catch (IllegalArgumentException e) {
        yaml.error(item, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(ranges);
  }

  private ZoneId zone(@Nullable Node node) {
    if (node == null || yaml.text(node).isEmpty()) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(yaml.text(node));
    } catch (DateTimeException e) {
      yaml.error(node, "unknown time zone " + yaml.text(node));
      return ZoneOffset.UTC;
    }
  }
}
