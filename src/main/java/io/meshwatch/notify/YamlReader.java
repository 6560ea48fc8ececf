package io.meshwatch.notify;

import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads YAML strictly and keeps the place of every mistake. Confined to one thread. */
final class YamlReader {
  private static final int DOCUMENT_CHARACTERS_MAX = 8 << 20;
  private static final int ALIASES_MAX = 50;
  private static final int SUGGESTION_DISTANCE_MAX = 3;

  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  YamlReader(String file) {
    this.file = file;
  }

  List<Problem> problems() {
    return problems;
  }

  boolean failed() {
    return problems.stream().anyMatch(p -> !p.warning());
  }

  /** The document, or null with a problem if it is not YAML, and without one if it is empty. */
  @Nullable Node document(String text) {
    LoadSettings settings = LoadSettings.builder().setLabel(file).setCodePointLimit(DOCUMENT_CHARACTERS_MAX)
        .setMaxAliasesForCollections(ALIASES_MAX).setAllowDuplicateKeys(true).build();
    try {
      return new Compose(settings).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(0);
      int column = e.getProblemMark().map(m -> m.getColumn() + 1).orElse(0);
      problems.add(Problem.error(file, line, column, "not YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(Problem.error(file, 0, 0, "not YAML: " + e.getMessage()));
    }
    return null;
  }

  /** The fields of a mapping, nulls left out; a field that is not known or comes twice is a mistake. */
  Map<String, Node> fields(@Nullable Node node, String what, Set<String> known) {
    Map<String, Node> fields = new LinkedHashMap<>();
    for (NodeTuple tuple : tuples(node, what)) {
      String key = text(tuple.getKeyNode());
      if (!known.contains(key)) {
        error(tuple.getKeyNode(), what + " has no field '" + key + "'" + suggestion(key, known));
      } else if (fields.containsKey(key)) {
        error(tuple.getKeyNode(), what + " has the field '" + key + "' twice");
      } else if (!isNull(tuple.getValueNode())) {
        fields.put(key, tuple.getValueNode());
      }
    }
    return fields;
  }

  /** Any names with their texts; a missing text is a mistake. */
  Map<String, Node> entries(@Nullable Node node, String what) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : tuples(node, what)) {
      if (isNull(tuple.getValueNode())) {
        error(tuple.getKeyNode(), what + ": expected a text for '" + text(tuple.getKeyNode()) + "', got nothing");
      } else {
        entries.put(text(tuple.getKeyNode()), tuple.getValueNode());
      }
    }
    return entries;
  }

  private List<NodeTuple> tuples(@Nullable Node node, String what) {
    if (node == null || isNull(node)) {
      return List.of();
    }
    if (node instanceof MappingNode mapping) {
      return mapping.getValue();
    }
    error(node, what + ": expected fields, got " + kind(node));
    return List.of();
  }

  List<Node> items(@Nullable Node node, String what) {
    if (node == null || isNull(node)) {
      return List.of();
    }
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    error(node, what + ": expected a list, got " + kind(node));
    return List.of();
  }

  List<String> texts(@Nullable Node node, String what) {
    return items(node, what).stream().map(this::text).toList();
  }

  /** The text of a scalar; empty for nothing and, with a problem, for anything else. */
  String text(@Nullable Node node) {
    if (node == null || isNull(node)) {
      return "";
    }
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    error(node, "expected a text, got " + kind(node));
    return "";
  }

  boolean truth(@Nullable Node node, boolean otherwise) {
    if (node == null) {
      return otherwise;
    }
    return switch (text(node)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> {
        error(node, "expected true or false, got '" + text(node) + "'");
        yield otherwise;
      }
    };
  }

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String kind(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "fields";
      case SEQUENCE -> "a list";
      case SCALAR -> "a text";
      case ANCHOR -> "an anchor";
    };
  }

  void error(@Nullable Node node, String message) {
    problems.add(Problem.error(file, line(node), column(node), message));
  }

  void warning(Node node, String message) {
    problems.add(Problem.warning(file, line(node), column(node), message));
  }

  private static int line(@Nullable Node node) {
    return node == null ? 0 : node.getStartMark().map(m -> m.getLine() + 1).orElse(0);
  }

  private static int column(@Nullable Node node) {
    return node == null ? 0 : node.getStartMark().map(m -> m.getColumn() + 1).orElse(0);
  }

  private static String suggestion(String key, Set<String> known) {
    Optional<String> nearest = new TreeSet<>(known).stream().min(Comparator.comparingInt(k -> distance(key, k)));
    return nearest.filter(k -> distance(key, k) <= SUGGESTION_DISTANCE_MAX).map(k -> "; did you mean '" + k + "'?").orElse("");
  }

  /** How many characters must be changed, added or removed. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
