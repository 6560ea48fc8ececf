package io.meshwatch.notify;

import io.meshwatch.model.Names;
import io.meshwatch.model.PromDuration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a routing as an {@code alertmanager.yml}, so that amtool shows and tests routes. Receivers appear by name only: what they hold
 * may be secret.
 */
final class AlertmanagerYaml {
  private final StringBuilder out = new StringBuilder();

  private AlertmanagerYaml() {}

  static String write(Routing routing) {
    AlertmanagerYaml yaml = new AlertmanagerYaml();
    yaml.line(0, "route:");
    yaml.route(routing.root(), 1);
    yaml.line(0, "receivers:");
    new TreeMap<>(routing.receivers()).keySet().forEach(name -> yaml.line(0, "- name: " + quoted(name)));
    yaml.inhibitRules(routing.inhibitRules());
    yaml.timeIntervals(routing.timeIntervals());
    return yaml.out.toString();
  }

  private void line(int depth, String text) {
    out.repeat("  ", depth).append(text).append('\n');
  }

  private void route(Route route, int depth) {
    line(depth, "receiver: " + quoted(route.receiver()));
    if (!route.matchers().isEmpty()) {
      line(depth, "matchers: " + list(route.matchers().stream().map(MatcherParser::format).toList()));
    }
    Route.Grouping grouping = route.grouping();
    line(depth, "group_by: " + list(grouping.byAll() ? List.of("...") : grouping.by()));
    line(depth, "group_wait: " + PromDuration.format(grouping.groupWaitMillis()));
    line(depth, "group_interval: " + PromDuration.format(grouping.groupIntervalMillis()));
    line(depth, "repeat_interval: " + PromDuration.format(grouping.repeatIntervalMillis()));
    if (route.goOn()) {
      line(depth, "continue: true");
    }
    if (!route.muteTimeIntervals().isEmpty()) {
      line(depth, "mute_time_intervals: " + list(route.muteTimeIntervals()));
    }
    if (!route.activeTimeIntervals().isEmpty()) {
      line(depth, "active_time_intervals: " + list(route.activeTimeIntervals()));
    }
    if (!route.routes().isEmpty()) {
      line(depth, "routes:");
      for (Route child : route.routes()) {
        line(depth, "-");
        route(child, depth + 1);
      }
    }
  }

  private void inhibitRules(List<InhibitRule> rules) {
    if (!rules.isEmpty()) {
      line(0, "inhibit_rules:");
    }
    for (InhibitRule rule : rules) {
      line(0, "- source_matchers: " + list(rule.source().stream().map(MatcherParser::format).toList()));
      line(1, "target_matchers: " + list(rule.target().stream().map(MatcherParser::format).toList()));
      line(1, "equal: " + list(rule.equal()));
    }
  }

  private void timeIntervals(Map<String, List<TimeInterval>> intervals) {
    if (!intervals.isEmpty()) {
      line(0, "time_intervals:");
    }
    new TreeMap<>(intervals).forEach((name, times) -> {
      line(0, "- name: " + quoted(name));
      line(1, "time_intervals:");
      times.forEach(each -> line(1, "- " + interval(each)));
    });
  }

  /** In YAML's flow style: one line. */
  private static String interval(TimeInterval interval) {
    List<String> fields = new ArrayList<>();
    if (!interval.minutesOfDay().isEmpty()) {
      fields.add("times: [" + interval.minutesOfDay().stream()
          .map(each -> "{start_time: " + quoted(TimeRanges.clock(each.begin())) + ", end_time: " + quoted(TimeRanges.clock(each.end())) + "}")
          .collect(Collectors.joining(", ")) + "]");
    }
    ranges("weekdays", interval.weekdays().stream().map(TimeRanges::weekdayNames).toList(), fields);
    ranges("days_of_month", numbers(interval.daysOfMonth()), fields);
    ranges("months", numbers(interval.months()), fields);
    ranges("years", numbers(interval.years()), fields);
    ZoneId zone = interval.zone();
    if (!zone.equals(ZoneOffset.UTC)) {
      fields.add("location: " + quoted(zone.getId()));
    }
    return "{" + String.join(", ", fields) + "}";
  }

  private static void ranges(String field, List<String> ranges, List<String> fields) {
    if (!ranges.isEmpty()) {
      fields.add(field + ": " + list(ranges));
    }
  }

  private static List<String> numbers(List<TimeInterval.Range> ranges) {
    return ranges.stream().map(TimeRanges::numbers).toList();
  }

  private static String list(List<String> texts) {
    return texts.stream().map(AlertmanagerYaml::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String text) {
    return Names.quote(text);
  }
}
