package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import io.meshwatch.model.PromDuration;
import io.meshwatch.notify.Route.Grouping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** The routes and inhibitions of an {@code alertmanager.yml}. Confined to one thread. */
final class AlertmanagerRoutes {
  private static final Set<String> ROUTE = Set.of("receiver", "group_by", "continue", "matchers", "match", "match_re", "group_wait",
      "group_interval", "repeat_interval", "mute_time_intervals", "active_time_intervals", "labels", "routes");
  private static final Set<String> INHIBITION = Set.of("name", "source_match", "source_match_re", "source_matchers", "target_match",
      "target_match_re", "target_matchers", "equal");
  private static final int DEPTH_MAX = 50;

  private final YamlReader yaml;
  private final Set<String> receivers;
  private final Set<String> timeIntervals;
  private final Map<String, Integer> ids = new HashMap<>();

  AlertmanagerRoutes(YamlReader yaml, Set<String> receivers, Set<String> timeIntervals) {
    this.yaml = yaml;
    this.receivers = receivers;
    this.timeIntervals = timeIntervals;
  }

  /** The tree; the root has its own rules. */
  Route root(Node node) {
    Map<String, Node> fields = yaml.fields(node, "route", ROUTE);
    if (!fields.containsKey("receiver")) {
      yaml.error(node, "root route must specify a default receiver");
    }
    forbid(fields, "root route must not have any matchers", "matchers", "match", "match_re");
    forbid(fields, "root route must not have any mute time intervals", "mute_time_intervals");
    forbid(fields, "root route must not have any active time intervals", "active_time_intervals");
    if (yaml.truth(fields.get("continue"), false)) {
      yaml.error(fields.get("continue"), "cannot have continue in root route");
    }
    return route(fields, "{}", List.of(), "", Grouping.ALERTMANAGER, 0);
  }

  private void forbid(Map<String, Node> fields, String message, String... names) {
    for (String name : names) {
      if (fields.containsKey(name)) {
        yaml.error(fields.get(name), message);
      }
    }
  }

  private Route child(Node node, Route parent, int depth) {
    Map<String, Node> fields = yaml.fields(node, "route", ROUTE);
    List<Matcher> matchers = matchers(fields, "");
    return route(fields, parent.key() + "/" + MatcherParser.format(matchers), matchers, parent.receiver(), parent.grouping(), depth);
  }

  private Route route(Map<String, Node> fields, String key, List<Matcher> matchers, String parentReceiver, Grouping parentGrouping, int depth) {
    String receiver = fields.containsKey("receiver") ? yaml.text(fields.get("receiver")) : parentReceiver;
    if (fields.containsKey("receiver") && !receivers.contains(receiver)) {
      yaml.error(fields.get("receiver"), "undefined receiver \"" + receiver + "\" used in route");
    }
    String id = key + ">" + receiver;
    int twins = ids.merge(id, 1, Integer::sum);
    Route bare = new Route(twins == 1 ? id : id + "#" + twins, key, matchers, receiver, grouping(fields, parentGrouping),
        yaml.truth(fields.get("continue"), false), intervals(fields.get("mute_time_intervals")), intervals(fields.get("active_time_intervals")),
        labels(fields.get("labels")), List.of());
    List<Route> children = new ArrayList<>();
    for (Node item : yaml.items(fields.get("routes"), "routes")) {
      if (depth >= DEPTH_MAX) {
        yaml.error(item, "routes are nested more than " + DEPTH_MAX + " deep");
        break;
      }
      children.add(child(item, bare, depth + 1));
    }
    return new Route(bare.id(), key, matchers, receiver, bare.grouping(), bare.goOn(), bare.muteTimeIntervals(), bare.activeTimeIntervals(),
        bare.labels(), List.copyOf(children));
  }

  private Map<String, String> labels(@Nullable Node node) {
    Map<String, String> labels = new HashMap<>();
    yaml.entries(node, "labels").forEach((name, value) -> labels.put(name, yaml.text(value)));
    return Map.copyOf(labels);
  }

  private List<String> intervals(@Nullable Node list) {
    for (Node item : yaml.items(list, "time intervals")) {
      if (!timeIntervals.contains(yaml.text(item))) {
        yaml.error(item, "undefined time interval \"" + yaml.text(item) + "\" used in route");
      }
    }
    return yaml.texts(list, "time intervals");
  }

  private Grouping grouping(Map<String, Node> fields, Grouping parent) {
    Node by = fields.get("group_by");
    List<String> labels = by == null ? parent.by() : yaml.texts(by, "group_by");
    boolean all = by == null ? parent.byAll() : labels.contains("...");
    if (by != null) {
      checkGroupBy(by, labels);
    }
    return new Grouping(all, all ? List.of() : labels,
        duration(fields, "group_wait", parent.groupWaitMillis(), true),
        duration(fields, "group_interval", parent.groupIntervalMillis(), false),
        duration(fields, "repeat_interval", parent.repeatIntervalMillis(), false));
  }

  private void checkGroupBy(Node node, List<String> labels) {
    Set<String> seen = new HashSet<>();
    for (String label : labels) {
      if (!label.equals("...") && !Names.isLegacyLabelName(label)) {
        yaml.error(node, "invalid label name " + Names.quote(label) + " in group_by list");
      }
      if (!seen.add(label)) {
        yaml.error(node, "duplicated label " + Names.quote(label) + " in group_by");
      }
    }
    if (labels.contains("...") && labels.size() > 1) {
      yaml.error(node, "cannot have wildcard group_by (`...`) and other labels at the same time");
    }
  }

  private long duration(Map<String, Node> fields, String name, long inherited, boolean mayBeZero) {
    Node node = fields.get(name);
    if (node == null) {
      return inherited;
    }
    try {
      long millis = PromDuration.parseMillis(yaml.text(node));
      if (millis == 0 && !mayBeZero) {
        yaml.error(node, name + " cannot be zero");
      }
      return millis;
    } catch (IllegalArgumentException e) {
      yaml.error(node, name + ": " + e.getMessage());
      return inherited;
    }
  }

  /** The three ways to write matchers, together. */
  private List<Matcher> matchers(Map<String, Node> fields, String prefix) {
    List<Matcher> matchers = new ArrayList<>();
    yaml.entries(fields.get(prefix + "match"), prefix + "match").forEach((name, value) -> add(matchers, value, name, Matcher.Op.EQUAL, yaml.text(value)));
    yaml.entries(fields.get(prefix + "match_re"), prefix + "match_re")
        .forEach((name, value) -> add(matchers, value, name, Matcher.Op.MATCH, "^(?:" + yaml.text(value) + ")$"));
    Node list = fields.get(prefix + "matchers");
    if (list != null) {
      for (Node item : yaml.items(list, prefix + "matchers")) {
        try {
          matchers.addAll(MatcherParser.parse(yaml.text(item)));
        } catch (IllegalArgumentException e) {
          yaml.error(item, "bad matcher " + yaml.text(item) + ": " + e.getMessage());
        }
      }
    }
    return List.copyOf(matchers);
  }

  private void add(List<Matcher> matchers, Node node, String name, Matcher.Op op, String value) {
    if (!Names.isLegacyLabelName(name)) {
      yaml.error(node, "invalid label name " + Names.quote(name));
      return;
    }
    try {
      matchers.add(new Matcher(name, op, value));
    } catch (IllegalArgumentException e) {
      yaml.error(node, String.valueOf(e.getMessage()));
    }
  }

  List<InhibitRule> inhibitRules(@Nullable Node list) {
    List<InhibitRule> rules = new ArrayList<>();
    for (Node item : yaml.items(list, "inhibit_rules")) {
      Map<String, Node> fields = yaml.fields(item, "inhibit rule", INHIBITION);
      rules.add(new InhibitRule(yaml.text(fields.get("name")), matchers(fields, "source_"), matchers(fields, "target_"),
          yaml.texts(fields.get("equal"), "equal")));
    }
    return List.copyOf(rules);
  }
}
