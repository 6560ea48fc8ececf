package io.meshwatch.rules;

import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.PromDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
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

/**
 * Reads one YAML document strictly: an unknown or repeated key, or a value of the wrong shape, becomes a problem with its
 * place, and reading goes on with an empty value. Confined to one thread.
 */
final class YamlReader {
  private static final int CHARACTERS_MAX = 16 << 20;
  private static final int ALIASES_MAX = 1000;

  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  YamlReader(String file) {
    this.file = file;
  }

  List<Problem> problems() {
    return problems;
  }

  /** The document as a mapping; empty for an empty document. */
  YamlMapping document(String text, List<String> knownKeys) {
    LoadSettings settings = LoadSettings.builder()
        .setLabel(file)
        .setCodePointLimit(CHARACTERS_MAX)
        .setMaxAliasesForCollections(ALIASES_MAX)
        .setAllowDuplicateKeys(true)
        .build();
    try {
      Optional<Node> root = new Compose(settings).composeString(text);
      return root.isEmpty() ? new YamlMapping(this, 1, 1, Map.of()) : mapping(root.get(), "document", knownKeys);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      int column = e.getProblemMark().map(mark -> mark.getColumn() + 1).orElse(0);
      problems.add(Problem.error(file, line, column, "not YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(Problem.error(file, 0, 0, "not YAML: " + e.getMessage()));
    }
    return new YamlMapping(this, 1, 1, Map.of());
  }

  YamlMapping mapping(Node node, String what, List<String> knownKeys) {
    if (isNull(node)) {
      return new YamlMapping(this, line(node), column(node), Map.of());
    }
    if (!(node instanceof MappingNode mapping)) {
      problem(node, what + ": expected a mapping, got " + shape(node));
      return new YamlMapping(this, line(node), column(node), Map.of());
    }
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!knownKeys.isEmpty() && !knownKeys.contains(key)) {
        problem(tuple.getKeyNode(), "unknown key " + Names.quote(key) + " in " + what + Nearest.suggestion(key, knownKeys));
      } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
        problem(tuple.getKeyNode(), "key " + Names.quote(key) + " is already set in this " + what);
      }
    }
    return new YamlMapping(this, line(node), column(node), values);
  }

  void problem(Node node, String message) {
    problems.add(Problem.error(file, line(node), column(node), message));
  }

  void problem(int line, int column, String message) {
    problems.add(Problem.error(file, line, column, message));
  }

  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  static int column(Node node) {
    return node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
  }

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String shape(Node node) {
    return switch (node) {
      case MappingNode m -> "a mapping";
      case SequenceNode s -> "a list";
      case ScalarNode scalar -> Names.quote(scalar.getValue());
      default -> "an alias";
    };
  }

  /**
   * A mapping with its place.
   *
   * @param reader collects problems
   * @param line line where it starts
   * @param column column where it starts
   * @param values values by key, in the order of the file
   */
  record YamlMapping(YamlReader reader, int line, int column, Map<String, Node> values) {
    boolean has(String key) {
      return values.containsKey(key);
    }

    @Nullable Node node(String key) {
      return values.get(key);
    }

    /** A text; empty if it is missing. */
    String text(String key) {
      Node node = values.get(key);
      return node == null ? "" : reader.text(node, key);
    }

    /** A duration in milliseconds. */
    OptionalLong durationMillis(String key) {
      Node node = values.get(key);
      if (node == null || isNull(node)) {
        return OptionalLong.empty();
      }
      try {
        return OptionalLong.of(PromDuration.parseMillis(reader.text(node, key)));
      } catch (IllegalArgumentException e) {
        reader.problem(node, key + ": " + e.getMessage());
        return OptionalLong.empty();
      }
    }

    /** A whole number; 0 if it is missing. */
    int integer(String key) {
      String text = text(key);
      try {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
      } catch (NumberFormatException e) {
        reader.problem(Objects.requireNonNull(values.get(key)), key + ": expected a whole number, got " + Names.quote(text));
        return 0;
      }
    }

    /** True or false; false if it is missing. */
    boolean truth(String key) {
      String text = text(key);
      if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
        reader.problem(Objects.requireNonNull(values.get(key)), key + ": expected true or false, got " + Names.quote(text));
      }
      return text.equals("true");
    }

    /** The elements of a list; none if it is missing. */
    List<Node> list(String key) {
      Node node = values.get(key);
      if (node == null || isNull(node)) {
        return List.of();
      }
      if (node instanceof SequenceNode sequence) {
        return sequence.getValue();
      }
      reader.problem(node, key + ": expected a list, got " + shape(node));
      return List.of();
    }

    /** The elements of a list of mappings. */
    <T> List<T> mappings(String key, String what, List<String> knownKeys, Function<YamlMapping, T> read) {
      List<T> all = new ArrayList<>();
      for (Node node : list(key)) {
        all.add(read.apply(reader.mapping(node, what, knownKeys)));
      }
      return all;
    }

    /** A mapping of texts, in the order of the file. */
    Map<String, String> texts(String key) {
      Node node = values.get(key);
      Map<String, String> texts = new LinkedHashMap<>();
      if (node != null) {
        reader.mapping(node, key, List.of()).values().forEach((name, value) -> texts.put(name, reader.text(value, name)));
      }
      return texts;
    }
  }

  String text(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return isNull(node) ? "" : scalar.getValue();
    }
    problem(node, what + ": expected a text, got " + shape(node));
    return "";
  }
}
