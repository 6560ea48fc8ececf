package io.meshwatch.scrape;

import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.PromDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of a YAML file, read field by field. Mistakes are collected with their places and the default goes on, so that all
 * of them are found at once; fields nobody asked for are reported by {@link #finish}. Confined to one thread.
 */
final class YamlFields {
  private static final String SIZE_UNITS = "KMGTPE";
  /** So many texts or fields are named where a value is told in short. */
  private static final int NAMED_MAX = 5;

  private final String file;
  private final List<Problem> problems;
  private final Node node;
  private final Map<String, NodeTuple> fields = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  private YamlFields(String file, Node node, List<Problem> problems) {
    this.file = file;
    this.node = node;
    this.problems = problems;
  }

  /** The fields of a node; none, and a problem, if it is no mapping. */
  static YamlFields of(String file, Node node, List<Problem> problems) {
    YamlFields fields = new YamlFields(file, node, problems);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          boolean twice = fields.fields.put(key.getValue(), tuple) != null;
          if (twice) {
            fields.error(key, "field " + key.getValue() + " is set twice");
          }
        }
      }
    } else if (!isNull(node)) {
      fields.error(node, "expected fields, got " + describe(node));
    }
    return fields;
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private static String describe(Node node) {
    return switch (node) {
      case ScalarNode scalar -> isNull(node) ? "nothing" : Names.quote(scalar.getValue());
      case SequenceNode s -> "a list";
      case MappingNode m -> "fields";
      default -> "something else";
    };
  }

  void error(Node place, String message) {
    add(place, message, false);
  }

  void warning(String field, String message) {
    NodeTuple tuple = fields.get(field);
    add(tuple == null ? node : tuple.getKeyNode(), message, true);
  }

  private void add(Node place, String message, boolean warning) {
    Optional<Mark> mark = place.getStartMark();
    problems.add(new Problem(file, mark.map(m -> m.getLine() + 1).orElse(0), mark.map(m -> m.getColumn() + 1).orElse(0), message, warning));
  }

  /** An error at a field, or at the mapping if the field is not there. */
  void errorAt(String field, String message) {
    NodeTuple tuple = fields.get(field);
    error(tuple == null ? node : tuple.getValueNode(), message);
  }

  boolean has(String name) {
    known.add(name);
    return fields.containsKey(name);
  }

  /** The value of a field, null if it is not set or set to nothing. */
  private @Nullable Node value(String name) {
    known.add(name);
    NodeTuple tuple = fields.get(name);
    return tuple == null || isNull(tuple.getValueNode()) ? null : tuple.getValueNode();
  }

  boolean isNull(String name) {
    known.add(name);
    NodeTuple tuple = fields.get(name);
    return tuple != null && isNull(tuple.getValueNode());
  }

  Optional<String> text(String name) {
    Node value = value(name);
    if (value instanceof ScalarNode scalar) {
      return Optional.of(scalar.getValue());
    }
    if (value != null) {
      error(value, "expected a text for " + name + ", got " + describe(value));
    }
    return Optional.empty();
  }

  String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  /** A field that is a text of some kind; the parser throws {@link IllegalArgumentException} with the reason. */
  <T> T parsed(String name, T otherwise, Function<String, T> parser) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      return parser.apply(text.get());
    } catch (IllegalArgumentException e) {
      errorAt(name, name + ": " + e.getMessage());
      return otherwise;
    }
  }

  boolean flag(String name, boolean otherwise) {
    return parsed(name, otherwise, YamlFields::parseFlag);
  }

  private static boolean parseFlag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("expected true or false, got " + Names.quote(text));
    };
  }

  double seconds(String name, double otherwise) {
    return parsed(name, otherwise, text -> PromDuration.parseMillis(text) / 1000.0);
  }

  long count(String name, long otherwise) {
    return parsed(name, otherwise, YamlFields::parseCount);
  }

  private static long parseCount(String text) {
    try {
      long count = Long.parseLong(text.replace("_", ""));
      if (count >= 0) {
        return count;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new IllegalArgumentException("expected a whole number from 0, got " + Names.quote(text));
  }

  long bytes(String name, long otherwise) {
    return parsed(name, otherwise, YamlFields::parseBytes);
  }

  /** Sizes as Prometheus writes them, powers of 1024: {@code 15MB}, {@code 1KiB}, {@code 0}. */
  static long parseBytes(String text) {
    if (text.equals("0")) {
      return 0;
    }
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    String unit = text.substring(digits).replace("iB", "B");
    int power = unit.length() == 2 && unit.endsWith("B") ? SIZE_UNITS.indexOf(unit.charAt(0)) + 1 : 0;
    boolean known = unit.equals("B") || power > 0;
    if (digits == 0 || digits > 9 || !known) {
      throw new IllegalArgumentException("expected a size such as 10MB, got " + Names.quote(text) + ": unknown unit");
    }
    return Long.parseLong(text.substring(0, digits)) << (10 * power);
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Node element : elements(name)) {
      if (element instanceof ScalarNode scalar) {
        texts.add(scalar.getValue());
      } else {
        error(element, "expected a text in " + name + ", got " + describe(element));
      }
    }
    return texts;
  }

  /** The elements of a list, each with fields. */
  List<YamlFields> list(String name) {
    return elements(name).stream().map(e -> of(file, e, problems)).toList();
  }

  private List<Node> elements(String name) {
    Node value = value(name);
    if (value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    if (value != null) {
      error(value, "expected a list for " + name + ", got " + describe(value));
    }
    return List.of();
  }

  Optional<YamlFields> fields(String name) {
    Node value = value(name);
    return value == null ? Optional.empty() : Optional.of(of(file, value, problems));
  }

  /** A mapping of any kind as an object in JSON; empty if there is none. */
  String json(String name) {
    Node value = value(name);
    if (value == null || value instanceof MappingNode) {
      return value == null ? "" : YamlJson.of(value).toString();
    }
    error(value, "expected a mapping for " + name + ", got " + describe(value));
    return "";
  }

  /** What a field is set to in a few words, without what may be secret: a text, the texts of a list, or names of fields; empty for nothing. */
  String inShort(String name) {
    return switch (value(name)) {
      case SequenceNode none when none.getValue().isEmpty() -> "";
      case ScalarNode scalar -> Names.quote(scalar.getValue());
      case MappingNode mapping -> joined(mapping.getValue().stream().map(NodeTuple::getKeyNode).toList());
      case SequenceNode list when list.getValue().stream().allMatch(ScalarNode.class::isInstance) -> joined(list.getValue());
      case SequenceNode list -> list.getValue().size() + (list.getValue().size() == 1 ? " entry" : " entries");
      case null, default -> "";
    };
  }

  private static String joined(List<Node> texts) {
    String first = texts.stream().limit(NAMED_MAX).map(text -> text instanceof ScalarNode scalar ? scalar.getValue() : "…").collect(Collectors.joining(", "));
    return "[" + first + (texts.size() > NAMED_MAX ? ", …" : "") + "]";
  }

  /** Every field as a text, for mappings with free names. */
  List<TextEntry> entries() {
    return fields.keySet().stream().map(name -> new TextEntry(name, text(name, ""))).toList();
  }

  Set<String> names() {
    return fields.keySet();
  }

  boolean isEmpty() {
    return fields.isEmpty();
  }

  Node node() {
    return node;
  }

  /** Reports the fields nobody asked for, each with the nearest name that is known. */
  void finish() {
    for (Map.Entry<String, NodeTuple> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        String nearest = nearest(field.getKey());
        error(field.getValue().getKeyNode(), "field " + field.getKey() + " is not known" + (nearest.isEmpty() ? "" : ", did you mean " + nearest + "?"));
      }
    }
  }

  private String nearest(String name) {
    String best = "";
    int bestDistance = Math.max(2, name.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(name, candidate);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Least number of inserted, removed and changed characters. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
